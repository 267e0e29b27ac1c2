import {
  messageOf,
  retryAfterOf,
  toFleetError,
  type FleetError,
  type SourceDelivery,
  unlessAborted,
} from "@fleetbus/core";
import { tellRefused, tellTaken, type Answering } from "./answer.ts";

/** Where nobody names a time. */
const againMs = 2000;

/** One delivery on its way to the host and back. */
export interface Settling {
  readonly delivery: SourceDelivery;
  /** Resolves once it is settled and who said it was told: with the time until it is to come again, or undefined. */
  settled(signal: AbortSignal): Promise<number | undefined>;
}

/**
 * A delivery of what was heard; `onDone` is called once it must not come again. What was taken but could not be told for
 * now comes again too, and the host says the same of it.
 */
export function settlingOf(to: Answering, onDone: () => void): Settling {
  let settle: (againMs?: number) => void = () => undefined;
  const settled = new Promise<number | undefined>((resolve) => (settle = resolve));
  const done = () => {
    onDone();
    settle();
  };
  const { id, sender, said } = to.heard;
  return {
    settled: (signal) => unlessAborted(settled, signal),
    delivery: {
      ...{ id, sender, said },
      ack: async (answer) => {
        try {
          const providerId = await tellTaken(to, answer);
          done();
          return { providerId };
        } catch (thrown) {
          return untold(to, toFleetError(thrown), { settle, done });
        }
      },
      nak: async (error) => {
        if (error.isRetryable) return settle(retryAfterOf(error) ?? againMs);
        await tellRefused(to, error).finally(done);
      },
    },
  };
}

/** Where it can never be told it is done with all the same. */
function untold(
  { bot, heard }: Answering,
  error: FleetError,
  { settle, done }: { settle(againMs: number): void; done(): void },
): { readonly providerId?: string } {
  if (error.isRetryable) {
    settle(retryAfterOf(error) ?? againMs);
    throw error;
  }
  bot.context.log.warn({ update: heard.id, reason: messageOf(error) }, "it was taken, but nobody was told");
  done();
  return {};
}
