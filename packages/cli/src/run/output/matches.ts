import type { Clock } from "@fleetbus/core";
import type { Triggers } from "../order.ts";
import { lineText } from "./text.ts";
import { afterwards } from "./afterwards.ts";
import type { Seek } from "./regex/seeker.ts";

/** A line that fitted, the last of so many. */
export interface Matched {
  readonly line: string;
  readonly matches: number;
}

/** What looking for lines needs. */
export interface MatchDeps {
  readonly triggers: Triggers;
  readonly clock: Clock;
  readonly seek: Seek;
}

/** The lines of a run that fit. */
export interface Matches {
  take(lines: readonly Uint8Array[]): void;
  /** Resolves with what the user is to be told of lines that were not looked at. */
  end(): Promise<readonly string[]>;
}

/** Tells the first line that fits at once, and then at most once per gap, with the number of those meanwhile. */
export function matchesOf(deps: MatchDeps, tell: (matched: Matched) => void): Matches | undefined {
  const { clock } = deps;
  const { regex, regexGapMs } = deps.triggers;
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
  const seeker = deps.seek(regex, (line) => {
    held = { line, matches: (held?.matches ?? 0) + 1 };
    const waitMs = nextAt - clock.monotonic();
    if (waitMs <= 0) flush();
    else later.once(waitMs, flush);
  });
  return {
    take: (lines) => seeker.take(lines.map(lineText)),
    end: async () => {
      const warnings = await seeker.end();
      later.cancel();
      flush();
      return warnings;
    },
  };
}
