import {
  messageOf,
  type Adapter,
  type AdapterContext,
  type FleetEvent,
  type Notice,
  type Sink,
} from "@fleetbus/core";
import type { Inbound } from "../../replies/inbound.ts";

/** The adapter whose notices can be answered: its sink is lent tokens with them, and what it sent is known when it is quoted. */
export function answerable(adapter: Adapter, inbound: Inbound): Adapter {
  const { check } = adapter;
  return {
    spec: adapter.spec,
    open: (config, context) => {
      const { sink, source } = adapter.open(config, context);
      return {
        ...(sink === undefined ? {} : { sink: answerableSink(sink, inbound, context) }),
        ...(source === undefined ? {} : { source }),
      };
    },
    ...(check === undefined ? {} : { check: (config, context) => check.call(adapter, config, context) }),
  };
}

/** What cannot be remembered is sent all the same: a notice is worth more than its answer. */
function answerableSink(sink: Sink, inbound: Inbound, { name, log }: AdapterContext): Sink {
  const orNothing = async <T>(work: Promise<T>): Promise<T | undefined> =>
    work.catch((error: unknown) => {
      log.warn({ adapter: name, error: messageOf(error) }, "this notice cannot be answered");
      return undefined;
    });
  return {
    connect: (signal) => sink.connect(signal),
    close: () => sink.close(),
    send: async (event, signal, notice) => {
      const offered = isOffered(event, notice) ? await orNothing(inbound.offer(event, notice)) : undefined;
      const receipt = await sink.send(event, signal, offered ?? notice);
      if (!isWake(event)) await orNothing(inbound.sent(event, receipt));
      return receipt;
    },
  };
}

/** Under the last part of a text that was split; what is over needs no answer. */
function isOffered(event: FleetEvent, { part, isResolved }: Notice): boolean {
  return !isWake(event) && !isResolved && (part === undefined || part.number === part.of);
}

function isWake({ kind }: FleetEvent): boolean {
  return kind.startsWith("wake.");
}
