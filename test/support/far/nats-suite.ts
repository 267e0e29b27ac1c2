import { builtInAdapters } from "@fleetbus/adapters";
import {
  bareNotice,
  type Adapter,
  type AdapterContext,
  type FleetEvent,
  type SendReceipt,
  type Sink,
} from "@fleetbus/core";
import { afterEach } from "vitest";
import { contextOf, eventOf } from "../../../packages/adapters/src/http/sending.test.support.ts";
import { startNatsFar, type NatsFar, type NatsFarOptions } from "./nats-far.ts";

/** The nats adapter and its far sides for the tests of one file; what a test opened is closed at its end. */
export interface NatsSuite {
  readonly adapter: Adapter;
  far(options?: NatsFarOptions): Promise<NatsFar>;
  open(config: Readonly<Record<string, unknown>>, context?: Partial<AdapterContext>): Sink;
  /** One that is connected, or knows that its far side is away. */
  connected(config: Readonly<Record<string, unknown>>, context?: Partial<AdapterContext>): Promise<Sink>;
  later(cleanup: () => Promise<unknown>): void;
}

/** Call it at the top of a test file. */
export function useNatsForward(): NatsSuite {
  const adapter = builtInAdapters.find(({ spec }) => spec.type === "nats");
  if (adapter === undefined) throw new Error("there is no nats adapter");
  const cleanups: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  });
  const open: NatsSuite["open"] = (config, context) => {
    const { sink } = adapter.open(adapter.spec.config.parse(config), contextOf(context));
    if (sink === undefined) throw new Error("it has no sink");
    cleanups.push(() => sink.close());
    return sink;
  };
  return {
    ...{ adapter, open, later: (cleanup) => void cleanups.push(cleanup) },
    far: async (options) => {
      const started = await startNatsFar(options);
      cleanups.push(() => started.close());
      return started;
    },
    connected: async (config, context) => {
      const sink = open(config, context);
      await sink.connect(AbortSignal.timeout(10_000));
      return sink;
    },
  };
}

/** One send, as the host makes it. */
export function send(sink: Sink, event: FleetEvent = eventOf(1), ms = 10_000): Promise<SendReceipt> {
  return sink.send(event, AbortSignal.timeout(ms), bareNotice(event));
}
