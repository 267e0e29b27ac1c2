import {
  FleetError,
  type AdapterContext,
  type FleetEvent,
  type SendReceipt,
  type Sink,
} from "@fleetbus/core";
import type { ForeignServer } from "@fleetbus/core/nats";
import { connectionlessSink } from "../sending/connectionless-sink.ts";
import type { NatsConfig } from "./config.ts";
import { doing, natsLine, type NatsLine } from "./line.ts";
import { messageOf } from "./message.ts";

/**
 * The sink of the nats adapter. `connect` rejects only with what another try does not mend: a far side that is away takes
 * the events when it is back, and they wait at the fleet's own server until then.
 */
export function natsSink(config: NatsConfig, context: AdapterContext): Sink {
  const line = natsLine(config, context);
  const sink = connectionlessSink(doing, (event, signal) =>
    forward(event, signal, { line, config, context }),
  );
  return {
    ...sink,
    connect: async (signal) => {
      signal.throwIfAborted();
      await line.take(signal).catch((error: unknown) => {
        signal.throwIfAborted();
        if (!(error instanceof FleetError) || !error.isRetryable) throw error;
        context.log.warn({ error: error.message }, `${doing}: the far side is away`);
      });
      await sink.connect(signal);
    },
    close: async () => {
      await sink.close();
      await line.close();
    },
  };
}

interface Forwarding {
  readonly line: NatsLine;
  readonly config: NatsConfig;
  readonly context: AdapterContext;
}

async function forward(
  event: FleetEvent,
  signal: AbortSignal,
  { line, config, context }: Forwarding,
): Promise<SendReceipt> {
  if ((event.hop ?? 0) > 0) return { skipped: "it came in by a forward, and is forwarded once" };
  const message = messageOf(event, config, context.ns);
  const server = await line.take(signal);
  try {
    if (config.jetstream) return receiptOf(await server.store(message, signal));
    await server.publish(message, signal);
    return {};
  } catch (error) {
    if (isOver(error, signal, server)) await line.drop(server);
    throw error;
  }
}

function receiptOf({ stream, seq }: Awaited<ReturnType<ForeignServer["store"]>>): SendReceipt {
  return { providerId: `${stream}:${seq}` };
}

/** A connection that gave no answer is not asked again. */
function isOver(error: unknown, signal: AbortSignal, server: ForeignServer): boolean {
  return signal.aborted || !server.isOpen() || (error instanceof FleetError && error.code === "unavailable");
}
