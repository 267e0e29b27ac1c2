import { eventPriority, stateChangeOf, type AdapterContext, type FleetEvent } from "@fleetbus/core";
import type { AdapterView, RouteView } from "@fleetbus/core/api";
import { listeningOf } from "./consumers.ts";
import { heldUntil, routeOf } from "./course/judge.ts";
import { guardedFetch, type Egress } from "./egress/guarded-fetch.ts";
import type { HostDeps, HostEntry } from "./host.ts";
import { Instance } from "./instance/instance.ts";
import { byReader } from "./manners.ts";
import { measured } from "./measured.ts";
import { digestOf } from "./notice/digest.ts";
import { noticesOf } from "./notice/notices.ts";
import type { InstanceDeps } from "./instance/parts.ts";
import { hearingOf, type Ear, type HearingDeps } from "./source/hearing.ts";

/** One adapter that the host runs. */
export interface Running {
  readonly wanted: HostEntry;
  readonly instance: Instance;
  readonly deps: InstanceDeps;
  readonly egress: Egress;
  /** It only listens. */
  readonly isSourceOnly: boolean;
  /** Absent where nothing comes back by it. */
  readonly ear: Ear | undefined;
  start(): void;
  /** With what comes back. */
  viewed(view: AdapterView): AdapterView;
  stop(): Promise<void>;
}

/** What the host lends each of them. */
export interface RunningDeps extends Pick<InstanceDeps, "me" | "isChanged">, Pick<HearingDeps, "setQuota"> {
  quotaOf(adapter: string): ReturnType<InstanceDeps["quota"]>;
}

const defaults = { sendTimeoutMs: 120_000, stopWithinMs: 5000 };

/** An instance with what it works with; it is not started yet. */
export function runningOf(
  host: HostDeps,
  wanted: HostEntry,
  { me, isChanged, setQuota, quotaOf }: RunningDeps,
): Running {
  const { bus, machine } = host;
  const { config } = wanted;
  const { name } = wanted.entry;
  const egress = guardedFetch({ allowPrivate: wanted.entry.allow_private });
  const context = contextOf(name, host, egress);
  const announce: InstanceDeps["announce"] = (kind, data) =>
    host.announce(kind, { adapter: name, type: wanted.adapter.spec.type, ...data });
  const isPaused = () => instance.isPaused();
  const { adapter, isSourceOnly, ear } = hearingOf(host, wanted, { context, announce, isPaused, setQuota });
  const metered = { name, type: adapter.spec.type };
  const entry = isSourceOnly ? { ...wanted.entry, on: [] } : wanted.entry;
  const listening = listeningOf(entry, adapter, { machine, ns: bus.ns });
  const deps: InstanceDeps = {
    ...{ ...defaults, render: { noticesOf, digestOf }, ...given(host) },
    ...{ bus, machine, config, listening, me, isChanged },
    adapter: measured(adapter, host.clock, (...send) => host.meter?.send(metered, ...send)),
    entry: { ...byReader(wanted), on: [...listening.on] },
    context,
    runLogs: host.runLogs,
    quota: () => quotaOf(name),
    random: () => host.random?.() ?? Math.random(),
    facts: (event) => ({ ...host.facts(event), isForPeople: adapter.spec.text !== undefined }),
    decode: (incoming) => host.decodeEvent(incoming),
    bury: async (delivery, reason) => {
      await host.bury(name, delivery, reason);
      host.meter?.dead(metered);
    },
    onResult: (event, result) => host.onResult(event, result),
    announce,
  };
  const instance = new Instance(deps);
  return {
    ...{ wanted, deps, egress, instance, isSourceOnly, ear },
    start: () => {
      if (!isSourceOnly) instance.start();
      ear?.start();
    },
    viewed: (view) => withInbound(view, ear, isSourceOnly),
    stop: async () => {
      await Promise.all([instance.stop(), ear?.stop()]);
      await egress.close();
    },
  };
}

/** One that only listens is as its source is. */
function withInbound(view: AdapterView, ear: Ear | undefined, isSourceOnly: boolean): AdapterView {
  if (ear === undefined) return view;
  const inbound = ear.view();
  if (!isSourceOnly || view.state === "paused") return { ...view, inbound };
  const isThere = inbound.isListening || inbound.elsewhere !== undefined;
  const state = isThere ? "connected" : inbound.lastError === undefined ? "connecting" : "failing";
  return { ...view, state, inbound };
}

function given({ render, sendTimeoutMs, stopWithinMs }: HostDeps) {
  return {
    ...(render === undefined ? {} : { render }),
    ...(sendTimeoutMs === undefined ? {} : { sendTimeoutMs }),
    ...(stopWithinMs === undefined ? {} : { stopWithinMs }),
  };
}

function contextOf(
  name: string,
  { bus, log, clock, stillWanted }: HostDeps,
  { fetch, addressesOf }: Egress,
): AdapterContext {
  return {
    ...{ name, ns: bus.ns, log: log(name), clock, fetch, addressesOf },
    stillWanted: (nonce) => Promise.resolve(stillWanted(nonce)),
  };
}

/** What an instance would do with an event now. */
export async function routeView({ instance, deps }: Running, event: FleetEvent): Promise<RouteView> {
  const { isMatch: isOwn, checks } = routeOf(deps, event);
  const takers = isOwn ? [] : await instance.takers(event);
  const isMatch = isOwn || takers.length > 0;
  const heldMs = heldUntil({ ...deps, clock: deps.context.clock }, event);
  const { paused } = instance.view();
  const isEnding = deps.entry.resolve && (stateChangeOf(event)?.ends.length ?? 0) > 0;
  return {
    adapter: deps.entry.name,
    type: deps.adapter.spec.type,
    isMatch,
    ...(takers.length === 0 ? {} : { takers }),
    priority: eventPriority(event),
    checks,
    isForResolving: !isMatch && isEnding,
    ...(heldMs === undefined ? {} : { heldUntil: new Date(heldMs).toISOString() }),
    ...(paused === undefined ? {} : { paused: paused.reason }),
  };
}
