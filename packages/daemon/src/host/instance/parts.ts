import { randomUUID } from "node:crypto";
import {
  dayAt,
  FleetError,
  toFleetError,
  type Adapter,
  type AdapterConfig,
  type AdapterContext,
  type Breaker,
  type FleetEvent,
  type RouteFacts,
  type SendReceipt,
  type Sink,
} from "@fleetbus/core";
import type { Bus, Delivery, Incoming } from "@fleetbus/core/bus";
import type { Listening } from "../consumers.ts";
import { courseOf, type Course, type CourseDeps } from "../course/course.ts";
import { gateOf, type Gate } from "../course/gate.ts";
import type { QuietHours } from "../course/judge.ts";
import { batchRecord } from "../effects/batch.ts";
import { dailyCount } from "../effects/daily.ts";
import { effectsOn, type Effects } from "../effects/effects.ts";
import { machineRecord } from "../effects/machines.ts";
import { restRecord, type RestRecord } from "../effects/rest.ts";
import { toldStore } from "../effects/told.ts";
import type { RunLogs } from "../run-log/run-logs.ts";
import type { HotDeps } from "./hot.ts";
import { pauseRecord, type PauseRecord } from "./pause.ts";
import type { Renderer } from "../render.ts";
import { shareOf, type Share } from "./share.ts";
import { newTally, type Tally } from "./tally.ts";

/** One configured adapter with what the host gives it. */
export interface InstanceDeps {
  /** Its `[[adapter]]`, with the kinds that it takes in `on`, and its manners (host/manners.ts). */
  readonly entry: AdapterConfig;
  readonly adapter: Adapter;
  /** The adapter's own keys, parsed by its schema. */
  readonly config: unknown;
  readonly context: AdapterContext;
  readonly listening: Listening;
  readonly bus: Bus;
  readonly machine: string;
  readonly render: Renderer;
  readonly sendTimeoutMs: number;
  readonly stopWithinMs: number;
  /** It takes the place of one with another config: what its far side asked of that one does not count. */
  readonly isChanged: boolean;
  readonly runLogs?: RunLogs | undefined;
  /** How many sends a day it has, whatever its entry says. Rejects with `unavailable`. */
  quota(): Promise<number | undefined>;
  random(): number;
  me(): QuietHours;
  facts(event: FleetEvent): RouteFacts;
  decode(incoming: Incoming): FleetEvent;
  /** Takes over what can never be delivered; resolves when it lies in the dead letters. */
  bury(delivery: Delivery, reason: string): Promise<void>;
  onResult(event: FleetEvent, result: SendReceipt | FleetError): void;
  /** Tells the fleet something about this adapter, as an event. Never throws. */
  announce(kind: string, data: Readonly<Record<string, unknown>>): void;
}

/** What an instance works with. */
export interface InstanceParts {
  readonly tally: Tally;
  readonly gate: Gate;
  readonly effects: Effects;
  readonly course: Course;
  /** What the course works with, for what is addressed to this instance alone. */
  readonly sending: CourseDeps;
  readonly pauses: PauseRecord;
  readonly rests: RestRecord;
  readonly share: Share;
  readonly hot: HotDeps;
}

/** What the instance itself lends its parts. */
export interface Lent {
  readonly signal: AbortSignal;
  sink(): Sink;
  onGone(error: FleetError): void;
}

/** Puts an instance's parts together; nothing is read or written yet. */
export function partsOf(deps: InstanceDeps, lent: Lent): InstanceParts {
  const { bus, entry, machine, listening, adapter } = deps;
  const { clock } = deps.context;
  const { consumer } = listening;
  const tally = newTally();
  const bucket = () => bus.bucket("effects");
  const freshSinceMs = deps.isChanged ? clock.now() : undefined;
  const effects = effectsOn({ consumer, machine, clock, bucket, freshSinceMs, run: randomUUID() });
  const rests = restRecord({ consumer, machine, clock, bucket });
  const told = toldStore({ bus, consumer, clock, bucket, decode: (incoming) => deps.decode(incoming) });
  const share = shareOf(deps, machineRecord({ consumer, clock, bucket }));
  const rate = entry.rate ?? adapter.spec.traits.rate;
  const gate = gateOf({
    clock,
    rate,
    onChange: (before, after) => announceBreaker(deps, { before, after, tally }),
    // best effort: without the record a restart asks the far side once more
    onRest: (rest) => void (rest === undefined ? rests.forget() : rests.write(rest)).catch(() => undefined),
  });
  const cap = async () => (await deps.quota()) ?? entry.daily;
  const today = () => dayAt(clock.now(), deps.me().zone);
  const onResult = (event: FleetEvent, result: SendReceipt | FleetError) => deps.onResult(event, result);
  const onFailed = (event: FleetEvent, error: FleetError) => {
    noteFailure(deps, tally, error);
    onResult(event, error);
  };
  const sending: CourseDeps = {
    ...{ clock, entry, adapter, told, effects, gate, bucket, render: deps.render, signal: lent.signal },
    batch: batchRecord({ consumer, machine, bucket }),
    ...{ timeoutMs: deps.sendTimeoutMs, unrecorded: new Map<string, SendReceipt>() },
    runLogs: deps.runLogs,
    daily: dailyCount({ consumer, cap, today, bucket }),
    random: () => deps.random(),
    sink: () => lent.sink(),
    me: () => deps.me(),
    facts: (event) => deps.facts(event),
    takers: (event) => share.takers(event),
    decode: (delivery) => deps.decode(delivery),
    bury: (delivery, reason) => deps.bury(delivery, reason),
    onGone: (error) => lent.onGone(error),
    onSent: (event, receipt) => {
      tally.note(receipt);
      onResult(event, receipt);
    },
    onFailed,
    onHeld: ({ delivery }, untilMs) => void tally.held.set(delivery.seq, untilMs),
    onSkipped: () => void (tally.skipped += 1),
  };
  const course = courseOf(sending);
  const streams = [
    ...(listening.hot === undefined ? [] : [listening.hot]),
    ...(listening.kinds.length === 0 ? [] : [{ stream: "EVENTS", name: consumer } as const]),
  ];
  return {
    ...{ tally, gate, effects, course, sending, rests, share },
    pauses: pauseRecord({ bus, consumer, shapes: streams, clock, bucket }),
    hot: {
      timeoutMs: deps.sendTimeoutMs,
      sink: () => lent.sink(),
      decode: (delivery) => deps.decode(delivery),
      bury: (delivery, reason) => deps.bury(delivery, reason),
      onResult: (event, result) => {
        if (result instanceof FleetError) return onResult(event, result);
        tally.note(result);
        onResult(event, result);
      },
      onFailed: (error) => noteFailure(deps, tally, toFleetError(error)),
    },
  };
}

function noteFailure({ context }: InstanceDeps, tally: Tally, error: FleetError): void {
  tally.fail(error);
  context.log.warn({ adapter: context.name, error: error.message }, "adapter failed");
}

/** The fleet hears of a far side that is down once, and once when it is back. */
function announceBreaker(
  { announce }: InstanceDeps,
  at: { readonly before: Breaker["state"]; readonly after: Breaker["state"]; readonly tally: Tally },
): void {
  if (at.before === "closed" && at.after === "open")
    announce("adapter.failing", { reason: at.tally.lastError ?? "" });
  if (at.before !== "closed" && at.after === "closed") announce("adapter.recovered", {});
}
