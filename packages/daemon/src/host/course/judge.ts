import {
  breaksThrough,
  eventPriority,
  givenUpAfterMs,
  matchRoute,
  newsOf,
  quietUntil,
  stateChangeOf,
  type AdapterConfig,
  type Clock,
  type DailySpan,
  type FleetEvent,
  type RouteFacts,
  type RouteVerdict,
  type Told,
} from "@fleetbus/core";
import type { Effects } from "../effects/effects.ts";
import type { ToldStore } from "../effects/told.ts";
import type { Item } from "./item.ts";

/** When the human wants to be left alone. */
export interface QuietHours {
  readonly zone?: string | undefined;
  readonly quiet?: DailySpan | undefined;
}

/** What is decided of an event before anything is sent. */
export type Judgement =
  | { readonly type: "send"; readonly isResolved: boolean }
  | { readonly type: "skip"; readonly reason: string }
  | { readonly type: "hold"; readonly untilMs: number; readonly reason: "quiet" | "order" };

/** What judging needs of one instance. */
export interface JudgeDeps {
  readonly clock: Clock;
  readonly entry: AdapterConfig;
  readonly told: ToldStore;
  readonly effects: Effects;
  me(): QuietHours;
  facts(event: FleetEvent): RouteFacts;
  /** Other machines that share the instance, and whose entries take an event. */
  takers(event: FleetEvent): Promise<readonly string[]>;
}

/** What waits for the send of another event is asked again after this. */
const orderMs = 2000;
/** A resolve comes after what it resolves, also where both were held till the same minute. */
const afterMs = 1000;

/** Route (its own, or that of a machine that shares it), then quiet hours, then repetition by state (core: routing). Rejects with `unavailable` without the server. */
export async function judge(
  deps: JudgeDeps,
  { event, delivery }: Pick<Item, "event" | "delivery">,
): Promise<Judgement> {
  const { entry } = deps;
  const { isMatch: isOwn, checks } = routeOf(deps, event);
  const isMatch = isOwn || (await deps.takers(event)).length > 0;
  const mayEnd = entry.resolve && isNews(deps, event) && (stateChangeOf(event)?.ends.length ?? 0) > 0;
  if (!isMatch && !mayEnd) return skipBy(checks);
  const untilMs = heldUntil(deps, event);
  if (untilMs !== undefined)
    return { type: "hold", untilMs: mayEnd ? untilMs + afterMs : untilMs, reason: "quiet" };
  const rules = { windowMs: entry.dedupe ?? 0, isResolving: entry.resolve, isTaken: isMatch };
  const verdict = await deps.told.judge({ event, seq: delivery.seq }, rules);
  if (verdict.type === "skip") return verdict;
  if (verdict.resolves === undefined) return { type: "send", isResolved: false };
  return (await isUnderWay(deps, verdict.resolves))
    ? { type: "hold", untilMs: deps.clock.now() + orderMs, reason: "order" }
    : { type: "send", isResolved: true };
}

/** What the route of an instance says. */
export function routeOf(
  { entry, facts }: Pick<JudgeDeps, "entry" | "facts">,
  event: FleetEvent,
): RouteVerdict {
  return matchRoute(entry, event, { ...facts(event), adapter: entry.name });
}

/** Until when quiet hours hold an event; undefined where they do not. */
export function heldUntil(
  { entry, me, clock }: Pick<JudgeDeps, "entry" | "me" | "clock">,
  event: FleetEvent,
): number | undefined {
  const { quiet, zone } = me();
  if (quiet === undefined || entry.quiet !== "hold" || breaksThrough(eventPriority(event))) return undefined;
  return quietUntil(clock.now(), quiet, zone);
}

function isNews({ entry }: JudgeDeps, event: FleetEvent): boolean {
  return newsOf(event, { adapter: entry.name }) === undefined;
}

function skipBy(checks: RouteVerdict["checks"]): Judgement {
  return {
    type: "skip",
    reason: checks
      .filter(({ isOk }) => !isOk)
      .map(({ text }) => text)
      .join("; "),
  };
}

/** Nobody reads that something is over before reading that it began. Records, and tries, end after a day. */
async function isUnderWay({ effects, clock }: JudgeDeps, began: Told): Promise<boolean> {
  const effect = await effects.find(began.id);
  if (effect?.state === "done" || effect?.state === "dead") return false;
  return clock.now() - began.atMs < givenUpAfterMs;
}
