import {
  FleetError,
  retryAfterOf,
  type AdapterContext,
  type Source,
  type SourceDelivery,
  unlessAborted,
} from "@fleetbus/core";
import { settlement } from "../../waiting/settlement.ts";
import type { NtfyConfig } from "../adapter.ts";
import { answersTo, type Answers } from "./answers.ts";
import { saidIn } from "./said.ts";
import { doing, openStream, type Heard, type Stream } from "./stream.ts";

const againAfterMs = 1000;

/**
 * Listens at the reply topic. What was settled last is where the next connection begins, so that nothing is lost between
 * two; a new process finds that place by its own answers at the main topic, and begins with what is new where there are
 * none. `connect` rejects with `config` where there is no reply topic.
 */
export function ntfySource(config: NtfyConfig, context: AdapterContext): Source {
  const closing = new AbortController();
  const answers = answersTo(config, context, closing.signal);
  const at: Place = { since: undefined, held: undefined };
  const open = (signal: AbortSignal) =>
    openStream(config, context, { since: at.since, signal: AbortSignal.any([signal, closing.signal]) });
  return {
    connect: async (signal) => {
      signal.throwIfAborted();
      if (config.reply_topic === undefined) throw noTopic(context.name);
      at.since = await answers.last(signal);
      at.held = await open(signal);
    },
    receive: async function* (signal) {
      const stream = at.held ?? (await open(signal));
      at.held = undefined;
      at.since ??= String(stream.openedAt);
      const end = () => stream.close(signal.reason);
      signal.addEventListener("abort", end, { once: true });
      if (signal.aborted) end();
      try {
        for await (const message of stream.messages)
          if (message.event === "message") yield* settled(message, { answers, at, context, signal });
      } finally {
        signal.removeEventListener("abort", end);
        stream.close(closed());
      }
    },
    close: async () => {
      closing.abort(closed());
      at.held?.close(closed());
    },
  };
}

/** Where it stands in the topic. */
interface Place {
  /** The message that was settled last, or the time when it began to listen. */
  since: string | undefined;
  /** Opened by `connect`, not listened to yet. */
  held: Stream | undefined;
}

interface Settling {
  readonly answers: Answers;
  readonly at: Place;
  readonly context: AdapterContext;
  readonly signal: AbortSignal;
}

/** Hands a message over until it is settled for good. */
async function* settled(
  message: Heard,
  { answers, at, context, signal }: Settling,
): AsyncGenerator<SourceDelivery, void> {
  for (;;) {
    const { settled: verdict, settle } = settlement<number | undefined>();
    yield deliveryOf(message, answers, settle);
    const againMs = await unlessAborted(verdict, signal);
    if (againMs === undefined) break;
    await context.clock.sleep(againMs, signal);
  }
  at.since = message.id;
}

function deliveryOf(
  { id, message = "" }: Heard,
  answers: Answers,
  settle: (againMs: number | undefined) => void,
): SourceDelivery {
  return {
    id,
    said: saidIn(message),
    ack: async (answer) => {
      settle(undefined);
      const providerId = await answers.tell(id, answer);
      return providerId === undefined ? {} : { providerId };
    },
    nak: async (error) => {
      const { isRetryable, details, message: reason } = error;
      settle(isRetryable ? (retryAfterOf(error) ?? againAfterMs) : undefined);
      if (!isRetryable && details["isSilent"] !== true) await answers.tell(id, { line: reason });
    },
  };
}

function noTopic(name: string): FleetError {
  return new FleetError(
    "config",
    `opening adapter "${name}": it has replies and no reply_topic; name a topic where answers come in`,
  );
}

function closed(): FleetError {
  return new FleetError("unavailable", `${doing}: the adapter is closing`);
}
