import type { Clock } from "@fleetbus/core";
import type { Triggers } from "../order.ts";
import { lineText } from "./text.ts";
import { afterwards } from "./afterwards.ts";

/** A line that fitted, the last of so many. */
export interface Matched {
  readonly line: string;
  readonly matches: number;
}

/** Tells the first line that fits at once, and then at most once per gap, with the number of those meanwhile. */
export function matchesOf(
  { triggers: { regex, regexGapMs }, clock }: { readonly triggers: Triggers; readonly clock: Clock },
  tell: (matched: Matched) => void,
): { take(lines: readonly Uint8Array[]): void; end(): void } | undefined {
  if (regex === undefined) return undefined;
  let held: Matched | undefined;
  let nextAt = clock.monotonic();
  const later = afterwards(clock);
  const flush = () => {
    if (held === undefined) return;
    const told = held;
    held = undefined;
    nextAt = clock.monotonic() + regexGapMs;
    tell(told);
  };
  return {
    take: (lines) => {
      for (const line of lines.map(lineText).filter((text) => regex.test(text))) {
        held = { line, matches: (held?.matches ?? 0) + 1 };
        const waitMs = nextAt - clock.monotonic();
        if (waitMs <= 0) flush();
        else later.once(waitMs, flush);
      }
    },
    end: () => {
      later.cancel();
      flush();
    },
  };
}
