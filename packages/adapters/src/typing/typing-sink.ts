import type { AdapterContext, SendReceipt, Sink, WakeAttempt } from "@fleetbus/core";
import { lanes } from "../waiting/lanes.ts";
import { wakeSink } from "../wake/wake-sink.ts";
import type { TypingJob } from "./type-wake.ts";

/** A multiplexer, as typing into its panes needs it. */
export interface TypingRung<Job extends TypingJob> {
  /** As a gerund: it begins the words of an error. */
  readonly doing: string;
  /** What is to be typed where, or why nothing is; throws `malformed`. */
  jobOf(attempt: WakeAttempt): Job | { readonly skipped: string };
  /** One pane's own: in one lane nothing overlaps. */
  laneOf(job: Job): string;
  type(job: Job, attempt: WakeAttempt, signal: AbortSignal): Promise<SendReceipt>;
}

/** The sink of a rung that types: pane beside pane, and within one pane one wake after the other. */
export function typingSink<Job extends TypingJob>(rung: TypingRung<Job>, context: AdapterContext): Sink {
  const inLane = lanes();
  return wakeSink(
    {
      doing: rung.doing,
      act: async (attempt, { signal, isOver }) => {
        const job = rung.jobOf(attempt);
        if ("skipped" in job) return job;
        try {
          return await inLane(rung.laneOf(job), () => rung.type(job, attempt, signal), signal);
        } catch (error) {
          if (!isOver()) throw error;
          return { skipped: `the deadline passed: ${job.progress.reason}` };
        }
      },
    },
    context,
  );
}
