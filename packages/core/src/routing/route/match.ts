import type { AdapterConfig } from "../../config/adapter-entry.ts";
import type { FleetEvent } from "../../event/event.ts";
import { messagePrefix, type RouteFacts } from "./facts.ts";
import { fittingGlob } from "./glob.ts";
import { isAtLeast, eventPriority } from "./priority.ts";

/** The keys of an adapter's entry that say what it takes. */
export type Route = Partial<
  Pick<AdapterConfig, "on" | "priority" | "sessions" | "roles" | "origins" | "types">
>;

/** One rule of a route, applied to an event. */
export interface RouteCheck {
  /** A key of the entry, `news` for what no adapter is told, or `to` for a run that names the adapter. */
  readonly rule: "news" | "to" | keyof Route;
  readonly isOk: boolean;
  /** Why, as a sentence without a full stop: `turn.stopped is none of turn.failed, session.*`. */
  readonly text: string;
}

/** Whether an adapter takes an event, with what each of its rules says; a rule that is not there says nothing. */
export interface RouteVerdict {
  readonly isMatch: boolean;
  readonly checks: readonly RouteCheck[];
}

/**
 * Applies an entry's route to an event. Every rule is applied, also after the first that refuses. A run that names its
 * adapters (`fleet run --to`) is told by these, whatever their entries say, and by no others. Pure.
 */
export function matchRoute(route: Route, event: FleetEvent, facts: RouteFacts = {}): RouteVerdict {
  const named = namedIn(event, facts);
  const rules = named?.isOk === true ? [] : rulesOf(route, event, facts);
  const checks = [newsOf(event, facts), named, ...rules].filter((check) => check !== undefined);
  return { isMatch: checks.every(({ isOk }) => isOk), checks };
}

function rulesOf(route: Route, event: FleetEvent, facts: RouteFacts): readonly (RouteCheck | undefined)[] {
  return [
    globbed("on", route.on, [event.kind]),
    priority(route, event),
    globbed("sessions", route.sessions, [event.from.session, `${event.from.machine}/${event.from.session}`]),
    globbed("roles", route.roles, facts.role === undefined ? [] : [facts.role]),
    origins(route, event),
    types(route, event),
  ];
}

/** Undefined where the event names no adapters. */
function namedIn({ kind, data }: FleetEvent, { adapter }: RouteFacts): RouteCheck | undefined {
  const to: unknown = data["to"];
  if (!kind.startsWith("run.") || adapter === undefined || !Array.isArray(to) || to.length === 0)
    return undefined;
  const isOk = to.includes(adapter);
  return {
    rule: "to",
    isOk,
    text: `it is for ${to.map(String).join(", ")}${isOk ? "" : ` and not for ${adapter}`}`,
  };
}

/** Sub-agents never page anybody (DESIGN §4); what was heard of late is history. */
export function newsOf(
  { data, kind }: FleetEvent,
  { adapter, isForPeople }: RouteFacts,
): RouteCheck | undefined {
  const refuse = (text: string): RouteCheck => ({ rule: "news", isOk: false, text });
  if (typeof data["agentId"] === "string") return refuse("it is a sub-agent's, and those page nobody");
  if (data["late"] === true) return refuse("it was heard of only after something newer: history, no news");
  if (isForPeople === true && kind === "run.output" && data["trigger"] === "stream")
    return refuse("it is a piece of all of a run's output, and those are for programs");
  const isOfItself = kind.startsWith("adapter.") && adapter !== undefined && data["adapter"] === adapter;
  return isOfItself ? refuse(`it is about ${adapter} itself`) : undefined;
}

function globbed(
  rule: "on" | "sessions" | "roles" | "types",
  patterns: readonly string[] | undefined,
  texts: readonly string[],
): RouteCheck | undefined {
  if (patterns === undefined) return undefined;
  const [shown = "it has none"] = texts;
  for (const text of texts) {
    const pattern = fittingGlob(patterns, text);
    if (pattern !== undefined) return { rule, isOk: true, text: `${text} is ${pattern}` };
  }
  const none = patterns.length === 0 ? "the list is empty" : `none of ${patterns.join(", ")}`;
  return {
    rule,
    isOk: false,
    text: texts.length === 0 ? `it has none, only ${patterns.join(", ")} pass` : `${shown} is ${none}`,
  };
}

function priority({ priority: least }: Route, event: FleetEvent): RouteCheck | undefined {
  if (least === undefined) return undefined;
  const own = eventPriority(event);
  const isOk = isAtLeast(own, least);
  return { rule: "priority", isOk, text: `its priority is ${own}, ${isOk ? "at least" : "below"} ${least}` };
}

function origins({ origins: wanted }: Route, { origin }: FleetEvent): RouteCheck | undefined {
  if (wanted === undefined) return undefined;
  const isOk = wanted.includes(origin);
  return {
    rule: "origins",
    isOk,
    text: `its origin is ${origin}, ${isOk ? "one" : "none"} of ${wanted.join(", ")}`,
  };
}

/** A type is a message's: other events pass. */
function types({ types: wanted }: Route, { kind, data }: FleetEvent): RouteCheck | undefined {
  if (wanted === undefined || !kind.startsWith(messagePrefix)) return undefined;
  return globbed("types", wanted, typeof data["type"] === "string" ? [data["type"]] : []);
}
