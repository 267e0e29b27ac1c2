import {
  adapterEntrySchema,
  decodeEvent,
  defineAdapter,
  encodeEvent,
  FleetError,
  subjectsOf,
  type Adapter,
  type AdapterConfig,
  type AdapterTraits,
  type FleetEvent,
  type Notice,
  type SendReceipt,
  type TextTraits,
} from "@fleetbus/core";
import type { Bus } from "@fleetbus/core/bus";
import { fakeClock, memoryBus, type FakeClock, type MemoryBus } from "@fleetbus/core/testing";
import { z } from "zod";
import { bury } from "../requests/dead.ts";
import type { QuietHours } from "./course/judge.ts";
import { adapterHost, type AdapterHost, type HostDeps } from "./host.ts";

/** One send as the far side saw it. */
export interface Seen {
  readonly at: number;
  readonly event: FleetEvent;
  readonly notice: Notice;
}

/** How the far side answers; it may throw, wait for the signal, or give a receipt. */
export type Answer = (seen: Seen, signal: AbortSignal) => Promise<SendReceipt> | SendReceipt;

/** What a stage is set with. */
export interface StageOptions {
  readonly entry?: Readonly<Record<string, unknown>>;
  readonly traits?: Partial<AdapterTraits>;
  readonly text?: TextTraits;
  readonly on?: readonly string[];
  readonly me?: QuietHours;
  readonly answer?: Answer;
  readonly host?: Partial<HostDeps>;
  /** Another stage whose server, clock and far side this one shares: another machine, or a later run of the same. */
  readonly beside?: Stage;
  readonly machine?: string;
  readonly startMs?: number;
}

/** One machine's host with one adapter, on a bus in memory and a clock that the test moves. */
export interface Stage {
  readonly bus: MemoryBus;
  readonly clock: FakeClock;
  readonly host: AdapterHost;
  readonly seen: Seen[];
  readonly announced: { readonly kind: string; readonly data: Readonly<Record<string, unknown>> }[];
  answer: Answer;
  readonly adapter: Adapter;
  apply(entry?: Readonly<Record<string, unknown>>, me?: QuietHours): Promise<void>;
  publish(kind: string, change?: Partial<FleetEvent>): Promise<FleetEvent>;
  /** Lets what is under way come to rest at this moment of the clock. */
  settle(): Promise<void>;
  dead(): Promise<readonly string[]>;
  /** Not acknowledged yet. */
  pending(): Promise<number>;
}

const quietLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** The name of the adapter on every stage. */
export const name = "phone";

/** Sets a stage; the adapter's consumers stand when it resolves. */
export async function setStage(options: StageOptions = {}): Promise<Stage> {
  const { beside, machine = "lab" } = options;
  const clock = beside?.clock ?? fakeClock(options.startMs);
  const bus = beside?.bus.join() ?? memoryBus({ ns: "main", clock });
  const seen: Seen[] = beside?.seen ?? [];
  const announced: Stage["announced"] = [];
  const adapter = paperAdapter(options, (one, signal) => (beside ?? stage).answer(one, signal), {
    seen,
    clock,
  });
  const host = adapterHost({
    ...{ bus, machine, clock },
    log: () => quietLog,
    decodeEvent: (incoming) => decodeEvent("main", incoming),
    bury: (consumer, delivery, reason) =>
      bury({ bus, subjects: subjectsOf("main") }, consumer, { delivery, reason }),
    stillWanted: () => true,
    facts: () => ({ role: "frontend" }),
    onResult: () => undefined,
    announce: (kind, data) => void announced.push({ kind, data }),
    random: () => 0.5,
    stopWithinMs: 1000,
    ...options.host,
  });
  const stage: Stage = {
    ...{ bus, clock, host, seen, announced, adapter },
    answer: options.answer ?? (() => ({ providerId: "p1" })),
    apply: async (entry = options.entry ?? {}, me = options.me ?? {}) => {
      const parsed: AdapterConfig = adapterEntrySchema.parse({ name, type: "paper", ...entry });
      await host.apply({ entries: [{ entry: parsed, adapter, config: {} }], me });
    },
    publish: (kind, change) => publish(bus, { kind, clock, ...change }),
    settle: () => settle(clock),
    dead: async () => {
      const reasons: string[] = [];
      const options = { subjects: [subjectsOf("main").dead()], from: "all", untilCaughtUp: true } as const;
      for await (const letter of bus.read("DEAD", { ...options, signal: new AbortController().signal }))
        reasons.push(decodeURIComponent(letter.headers["fleet-reason"] ?? ""));
      return reasons;
    },
    pending: async () => pendingOf(await bus.consumers("EVENTS")),
  };
  await stage.apply();
  await settle(clock);
  return stage;
}

/** A far side that is away. */
export function away(): never {
  throw new FleetError("unavailable", "sending: HTTP 500, try later");
}

/** A text channel without limits to speak of. */
export const plainText: TextTraits = {
  ...{ maxTitle: 200, maxText: 10_000, unit: "characters", overflow: ["truncate", "split"] },
  escape: (value) => value,
};

/** An adapter that writes down what it is sent, and answers as it is told. */
export function paperAdapter(
  options: StageOptions,
  answer: Answer,
  { seen, clock }: { readonly seen: Seen[]; readonly clock: FakeClock },
): Adapter {
  return defineAdapter({
    spec: {
      type: "paper",
      summary: "writes down what it is sent",
      config: z.strictObject({}),
      examples: [],
      traits: { idempotent: false, ordered: false, proves: "accepted", ...options.traits },
      ...(options.text === undefined ? {} : { text: options.text }),
      ...(options.on === undefined ? {} : { on: options.on }),
    },
    open: () => ({
      sink: {
        connect: () => Promise.resolve(),
        send: async (event, signal, notice) => {
          const one = { at: clock.now(), event, notice };
          seen.push(one);
          return answer(one, signal);
        },
        close: () => Promise.resolve(),
      },
    }),
  });
}

interface Published extends Partial<FleetEvent> {
  readonly kind: string;
  readonly clock: FakeClock;
}

async function publish(bus: Bus, { clock, ...change }: Published): Promise<FleetEvent> {
  const event: FleetEvent = {
    id: `e${(await bus.lastSeq("EVENTS", [])) + 1}`,
    from: { machine: "lab", session: "web" },
    time: new Date(clock.now()).toISOString(),
    origin: "system",
    data: { cli: "claude" },
    ...change,
  };
  await bus.publish(encodeEvent("main", event));
  await settle(clock);
  return event;
}

async function settle(clock: FakeClock): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await clock.advance(0);
}

function pendingOf(consumers: readonly { readonly pending: number; readonly ackPending: number }[]): number {
  return consumers.reduce((sum, { pending, ackPending }) => sum + pending + ackPending, 0);
}
