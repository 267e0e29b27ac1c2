import { isDeepStrictEqual } from "node:util";
import type { AdapterConfig, FleetError, Notice } from "@fleetbus/core";
import type { AdapterView, DeliveryView, NoticeView } from "@fleetbus/core/api";
import type { Machines } from "./effects/machines.ts";
import type { Effect } from "./effects/effect.ts";
import type { Quota } from "./effects/quotas.ts";
import type { InstanceDeps, InstanceParts } from "./instance/parts.ts";
import type { Pause } from "./instance/pause.ts";

/** What a view is made from. */
export interface Viewed {
  readonly deps: Pick<InstanceDeps, "entry" | "adapter" | "listening">;
  readonly parts: Pick<InstanceParts, "tally" | "gate" | "course">;
  readonly paused: Pause | undefined;
  readonly isConnected: boolean;
  readonly nowMs: number;
}

/** An instance as this daemon knows it, without asking the server. */
export function viewOf({ deps, parts, paused, isConnected, nowMs }: Viewed): AdapterView {
  const { tally, gate, course } = parts;
  const { sent, failed, skipped, lastError } = tally;
  const breaker = gate.breaker();
  // what another machine took over meanwhile is told to nobody here
  const held = [...tally.held.values()].filter((untilMs) => untilMs > nowMs).toSorted((a, b) => a - b);
  const [heldUntil] = held;
  return {
    ...{
      name: deps.entry.name,
      type: deps.adapter.spec.type,
      on: deps.listening.on,
      runs: deps.listening.runs,
    },
    state: stateOf({ parts, paused, isConnected }),
    ...{ sent, failed, skipped },
    held: held.length,
    waiting: gate.waiting() + course.waiting(),
    breaker: breaker.state,
    ...(breaker.state === "open" ? { breakerUntil: timeOf(breaker.untilMs) } : {}),
    ...(heldUntil === undefined ? {} : { heldUntil: timeOf(heldUntil) }),
    ...(paused === undefined ? {} : { paused: { reason: paused.reason, since: timeOf(paused.at) } }),
    ...(lastError === undefined ? {} : { lastError }),
  };
}

/** One that cannot be started. */
export function brokenView({
  entry,
  error,
}: {
  readonly entry: AdapterConfig;
  readonly error: FleetError;
}): AdapterView {
  return {
    ...{ name: entry.name, type: entry.type ?? "", on: entry.on ?? [], runs: entry.runs ?? "one" },
    ...{ state: "failing", sent: 0, failed: 0, skipped: 0, held: 0, waiting: 0, breaker: "closed" },
    lastError: error.message,
  };
}

/** The machines that share an instance; nothing to say where it runs on this one alone. */
export function machineViews(machines: Machines, own: string): Pick<AdapterView, "machines"> {
  const mine = machines[own]?.route;
  const views = Object.entries(machines).map(([machine, { route }]) => ({
    machine,
    isSame: isDeepStrictEqual(route, mine),
    on: route.on ?? ["*"],
  }));
  return views.length < 2 ? {} : { machines: views };
}

/** How many sends a day a signed request gave it. */
export function quotaView(quota: Quota | undefined): Pick<AdapterView, "quota"> {
  if (quota === undefined) return {};
  return { quota: { daily: quota.daily, by: quota.by, since: timeOf(quota.at) } };
}

/** One delivery record. */
export function deliveryView(effect: Effect): DeliveryView {
  const { event, kind, session, state, tries, sent, proves, providerId, skipped, error, until } = effect;
  return {
    ...{ event, kind, session, state, tries, at: timeOf(effect.at) },
    ...(sent === 0 ? {} : { parts: sent }),
    ...(proves === undefined ? {} : { proves }),
    ...(providerId === undefined ? {} : { providerId }),
    ...(skipped === undefined ? {} : { skipped }),
    ...(error === undefined ? {} : { error }),
    ...(until === undefined ? {} : { until: timeOf(until) }),
  };
}

function stateOf({ parts, paused, isConnected }: Omit<Viewed, "deps" | "nowMs">): AdapterView["state"] {
  if (paused !== undefined) return "paused";
  if (parts.tally.isFailing || parts.gate.breaker().state !== "closed") return "failing";
  return isConnected ? "connected" : "connecting";
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** A notice as it is shown: what it carries is named and not held. */
export function noticeView({ attachments, ...notice }: Notice): NoticeView {
  return {
    ...notice,
    attachments: attachments.map(({ name, mediaType, bytes }) => ({
      name,
      mediaType,
      bytes: bytes.byteLength,
    })),
  };
}
