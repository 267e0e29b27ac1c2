import { bareNotice, systemClock, type Adapter, type FleetEvent, type Notice } from "@fleetbus/core";
import type { AdapterContext, SendReceipt } from "@fleetbus/core";
import type { FarSide } from "@fleetbus/core/testing";
import { startFarServer, type FarServer, type Judge, type Received } from "./far-server.test.support.ts";

/** What a channel is lent in tests. */
export function contextOf(change: Partial<AdapterContext> = {}): AdapterContext {
  const silent = () => undefined;
  return {
    ...{ name: "phone", ns: "main", clock: systemClock, fetch: globalThis.fetch },
    log: { debug: silent, info: silent, warn: silent, error: silent },
    addressesOf: async (host) => [host],
    stillWanted: async () => true,
    ...change,
  };
}

/** An event with nothing to it; its notice names its id. */
export function eventOf(n: number): FleetEvent {
  return {
    ...{ id: `event${n}`, kind: "turn.failed", from: { machine: "lab", session: "web" } },
    ...{ time: "2026-01-01T00:00:00.000Z", origin: "agent", data: {} },
  };
}

/** Sends one notice through an adapter that is opened, connected and closed for it. */
export async function sendOnce(
  adapter: Adapter,
  config: Readonly<Record<string, unknown>>,
  { notice = {}, event = eventOf(1), context = {} }: SendOptions = {},
): Promise<SendReceipt> {
  const { sink } = adapter.open(adapter.spec.config.parse(config), contextOf(context));
  if (sink === undefined) throw new Error("the adapter has no sink");
  await sink.connect(AbortSignal.timeout(5000));
  try {
    return await sink.send(event, AbortSignal.timeout(5000), bareNotice(event, notice));
  } finally {
    await sink.close();
  }
}

/** What is sent where a test says no more. */
export interface SendOptions {
  readonly notice?: Partial<Notice>;
  readonly event?: FleetEvent;
  readonly context?: Partial<AdapterContext>;
}

/** A far side of its own for one test. */
export async function withFar<T>(judge: Judge, run: (far: FarServer) => Promise<T>): Promise<T> {
  const far = await startFarServer(judge);
  try {
    return await run(far);
  } finally {
    await far.close();
  }
}

/** The far side of adapterConformance: each request that was let in counts as the event whose id stands in it. */
export async function farSideOf(
  judge: Judge,
  configOf: (url: string) => Readonly<Record<string, unknown>>,
): Promise<FarSide> {
  const far = await startFarServer(judge);
  return {
    config: configOf(far.url),
    event: eventOf,
    arrivals: async () =>
      far.taken.map(({ body }) => ({
        eventId: /event\d+/.exec(body)?.[0] ?? "",
        bytes: Buffer.byteLength(body),
      })),
    stall: async () => far.stall(),
    leave: () => far.leave(),
    close: () => far.close(),
  };
}

/** A request as a golden shows it: all that says something, in one order. */
export function goldenOf({ method, path, headers, body }: Received): string {
  const dull = new Set(["host", "connection", "accept", "accept-language", "sec-fetch-mode", "user-agent"]);
  const shown = Object.entries(headers)
    .filter(([name]) => !dull.has(name) && name !== "accept-encoding" && name !== "content-length")
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}: ${value}`);
  return `${[`${method} ${path}`, ...shown, "", body].join("\n")}\n`;
}
