import type { IncomingMessage } from "node:http";
import {
  FleetError,
  toFleetError,
  type AdapterContext,
  type Source,
  type SourceDelivery,
  unlessAborted,
} from "@fleetbus/core";
import type { InboundConfig } from "./config.ts";
import { refusedAnswer, takenAnswer, type HttpAnswer } from "./http/answer.ts";
import { inboundLimits, type InboundLimits } from "./http/limits.ts";
import { readRequest } from "./http/request.ts";
import { listen, type Listening } from "./http/server.ts";
import { later, waitingFor, type Pending, type Waiting } from "./waiting.ts";

const doing = "listening for webhooks";

/**
 * Listens from `connect` to `close`. A request waits for the host's verdict, and that is its answer; one that the host does
 * not get to in time is told to come again, and may: under the same id it finds the verdict, or is handed over anew.
 */
export function inboundSource(
  config: InboundConfig,
  context: AdapterContext,
  limits: InboundLimits = inboundLimits,
): Source {
  const waiting = waitingFor(limits.maxWaiting);
  const answering = answeringTo(waiting, { config, context, limits });
  let listening: Listening | undefined;
  let isClosed = false;
  return {
    connect: async (signal) => {
      signal.throwIfAborted();
      if (isClosed) throw new FleetError("unavailable", `${doing}: the adapter is closed`);
      listening ??= await listen(config, limits, answering);
    },
    receive: async function* (signal) {
      for (;;) {
        const pending = await waiting.first(signal);
        yield deliveryOf(pending);
        await unlessAborted(pending.verdict, signal);
      }
    },
    close: async () => {
      isClosed = true;
      waiting.end(later(`${doing}: it is closing`));
      await listening?.close();
    },
  };
}

interface Deps {
  readonly config: InboundConfig;
  readonly context: AdapterContext;
  readonly limits: InboundLimits;
}

function answeringTo(
  waiting: Waiting,
  { config, context, limits }: Deps,
): (request: IncomingMessage) => Promise<HttpAnswer> {
  const { clock } = context;
  const unheard = unheardIn(context);
  const { maxBodyBytes, verdictMs } = limits;
  return async (request) => {
    try {
      const read = await readRequest(request, { config, maxBodyBytes, now: () => clock.now() });
      if ("status" in read) {
        unheard(read.status);
        // whoever signs nothing keeps none of the few connections
        return { ...read, headers: { ...read.headers, connection: "close" } };
      }
      return await inTime(waiting.add(read), context, verdictMs);
    } catch (thrown) {
      const error = toFleetError(thrown); // what cannot wait, or a sender who is gone
      return refusedAnswer(error, error.code === "malformed" ? 400 : undefined);
    }
  };
}

const tellEachMs = 60_000;

/** Notes requests that do not count: at most one line a minute, whoever floods. */
function unheardIn({ clock, log, name }: AdapterContext): (status: number) => void {
  let count = 0;
  let nextMs = -Infinity;
  return (status) => {
    count += 1;
    if (clock.monotonic() < nextMs) return;
    log.warn({ adapter: name, status, count }, "requests that do not count were refused");
    nextMs = clock.monotonic() + tellEachMs;
    count = 0;
  };
}

async function inTime(
  { id, verdict }: Pending,
  { clock }: AdapterContext,
  verdictMs: number,
): Promise<HttpAnswer> {
  const settled = new AbortController();
  const late = clock
    .sleep(verdictMs, settled.signal)
    .then(() =>
      later(`taking request ${id}: it is not settled yet; send it again under the same webhook-id`),
    );
  try {
    return await Promise.race([verdict, late]);
  } finally {
    settled.abort();
    late.catch(() => undefined); // it was not late
  }
}

function deliveryOf({ id, said, sender, settle }: Pending): SourceDelivery {
  return {
    ...{ id, said },
    ...(sender === undefined ? {} : { sender }),
    ack: async (answer) => {
      settle(takenAnswer(answer));
      return {};
    },
    nak: async (error) => settle(refusedAnswer(error)),
  };
}
