import {
  bareNotice,
  FleetError,
  messageOf,
  retryAfterOf,
  timeLimit,
  type AdapterContext,
  type Notice,
  type Source,
  type SourceDelivery,
  unlessAborted,
} from "@fleetbus/core";
import { settlement } from "../../waiting/settlement.ts";
import type { Toasts } from "../toasts.ts";
import type { Desk } from "./desk.ts";
import type { Picked } from "./queue.ts";

const againAfterMs = 1000;
const showWithinMs = 10_000;
const askedForMs = 600_000;

/** What is picked on the toasts that the sink of this instance shows. Nothing of it outlives the daemon. */
export function desktopSource({ picks }: Desk, toasts: Toasts, context: AdapterContext): Source {
  const closing = new AbortController();
  return {
    connect: async (signal) => signal.throwIfAborted(),
    receive: (signal) =>
      heardUntil(AbortSignal.any([signal, closing.signal]), (until) => picks.first(until), {
        ...{ toasts, context },
        onDone: (picked) => picks.done(picked),
      }),
    close: async () => closing.abort(new FleetError("unavailable", "hearing toasts: the adapter is closing")),
  };
}

interface Hearing {
  readonly toasts: Toasts;
  readonly context: AdapterContext;
  onDone(picked: Picked): void;
}

async function* heardUntil(
  signal: AbortSignal,
  next: (signal: AbortSignal) => Promise<Picked>,
  hearing: Hearing,
): AsyncGenerator<SourceDelivery, void> {
  try {
    while (!signal.aborted) {
      const picked = await next(signal);
      const { settled, settle } = settlement<number | undefined>();
      yield deliveryOf(picked, hearing, settle);
      const againMs = await unlessAborted(settled, signal);
      if (againMs === undefined) hearing.onDone(picked);
      else await hearing.context.clock.sleep(againMs, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** What was taken is not shown: the toast is gone. A question, and why something was refused, is one of its own. */
function deliveryOf(
  { id, token }: Picked,
  { toasts, context }: Hearing,
  settle: (againMs: number | undefined) => void,
): SourceDelivery {
  const show = (change: Partial<Notice>) =>
    toasts
      .show(answerNotice(id, change), timeLimit(showWithinMs))
      .catch((error: unknown) => context.log.warn({ reason: messageOf(error) }, "an answer was not shown"));
  return {
    id,
    said: { type: "choice", token },
    ack: async ({ line, choices = [] }) => {
      settle(undefined);
      const expiresAt = new Date(context.clock.now() + askedForMs).toISOString();
      if (choices.length > 0) await show({ text: line, reply: { token: "", choices, expiresAt } });
      return {};
    },
    nak: async (error) => {
      settle(error.isRetryable ? (retryAfterOf(error) ?? againAfterMs) : undefined);
      if (!error.isRetryable && error.details["isSilent"] !== true) await show({ text: error.message });
    },
  };
}

function answerNotice(id: string, change: Partial<Notice>): Notice {
  const from = { machine: "", session: "" };
  const event = { id, kind: "answer", from, time: "", origin: "system", data: {} } as const;
  return bareNotice(event, { title: "fleet", key: `answer ${id}`, ...change });
}
