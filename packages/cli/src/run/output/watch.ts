import type { Clock, RunEventData } from "@fleetbus/core";
import type { Triggers } from "../order.ts";
import { linesOf } from "./lines.ts";
import type { Ring } from "./ring.ts";
import { matchesOf } from "./matches.ts";
import type { Seek } from "./regex/seeker.ts";
import { streamOf } from "./stream.ts";
import { tailText } from "./text.ts";

/** What one `run.output` says beside what all events of a run say. */
export type Told = Pick<
  RunEventData<"run.output">,
  "trigger" | "seq" | "tail" | "output" | "skippedBytes" | "line" | "matches"
>;

/** What watching an output needs. */
export interface WatchDeps {
  readonly triggers: Triggers;
  readonly tailBytes: number;
  readonly ring: Ring;
  readonly clock: Clock;
  readonly seek: Seek;
  tell(told: Told): void;
}

/** The triggers of one run. */
export interface Watch {
  /** A watcher of one output: lines of two outputs do not mix. */
  stream(): (chunk: Buffer) => void;
  /** Tells what is still to be told of the output; nothing comes after. Resolves with what the user is to be warned of. */
  end(): Promise<readonly string[]>;
}

/** Tells of an output while it comes, as the triggers say (DESIGN §4 `run.output`). */
export function watchOutput(deps: WatchDeps): Watch {
  const { triggers, ring } = deps;
  let seq = 0;
  const tail = () => tailText(ring.bytes(), deps.tailBytes);
  const tell = (told: Told) => {
    seq += 1;
    deps.tell({ ...told, seq });
  };
  const over = new AbortController();
  if (triggers.partialMs !== undefined)
    void repeat(deps, { everyMs: triggers.partialMs, signal: over.signal }, () =>
      tell({ trigger: "partial", tail: tail() }),
    );
  const matches = matchesOf(deps, (matched) => tell({ trigger: "regex", tail: tail(), ...matched }));
  const streamed = triggers.isStreamed
    ? streamOf(deps.clock, (output) => tell({ trigger: "stream", ...output }))
    : undefined;
  const ends: (() => void)[] = [];
  return {
    stream: () => {
      const lines = linesOf();
      ends.push(() => matches?.take(lines.end()));
      return (chunk) => {
        if (matches !== undefined) matches.take(lines.push(chunk));
        streamed?.push(chunk);
      };
    },
    end: async () => {
      over.abort();
      for (const end of ends) end();
      streamed?.end();
      return (await matches?.end()) ?? [];
    },
  };
}

/** Does it each so often, when something new was written since; the last time is the run's end, which is told anyway. */
async function repeat(
  { clock, ring }: WatchDeps,
  { everyMs, signal }: { readonly everyMs: number; readonly signal: AbortSignal },
  tell: () => void,
): Promise<void> {
  for (let seen = 0; !signal.aborted;) {
    await clock.sleep(everyMs, signal).catch(() => undefined); // the run has ended
    if (signal.aborted || ring.total() === seen) continue;
    seen = ring.total();
    tell();
  }
}
