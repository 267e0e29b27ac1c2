import {
  endingKinds,
  fittingGlob,
  kindFilters,
  kindsForPeople,
  subjectsOf,
  type Adapter,
  type AdapterConfig,
} from "@fleetbus/core";
import { adapterConsumer, deliveryConsumer, type ConsumerShape } from "@fleetbus/core/bus";

/** Whether one of the machines that have an instance sends, or each of them. */
export type Runs = "one" | "each";

/** What an instance listens to. */
export interface Listening {
  readonly runs: Runs;
  /** The kinds it takes, wakes too: as its entry, its adapter or its far side says. */
  readonly on: readonly string[];
  /** Wakes, for this machine alone. */
  readonly hot: ConsumerShape | undefined;
  /** Kinds of events that it has to hear of, those too by which a state that it told of ends; empty: none. */
  readonly kinds: readonly string[];
  /** The name of the durable that brings its events, and under which its effects are kept. */
  readonly consumer: string;
}

const wake = "wake.";

/** A run may name any adapter, whatever that adapter's `on` says (`fleet run --to`). */
const runKinds = ["run.output", "run.finished"];

/** The consumers of an instance. Machines that share the work share one durable under a name that no machine bears. */
export function listeningOf(
  entry: Pick<AdapterConfig, "name" | "on" | "runs" | "resolve">,
  adapter: Adapter,
  at: { readonly machine: string; readonly ns: string },
): Listening {
  const { spec } = adapter;
  const runs = entry.runs ?? (spec.traits.isLocal === true ? "each" : "one");
  const on = entry.on ?? spec.on ?? (spec.text === undefined ? ["*"] : kindsForPeople);
  const own = `adapter=${at.machine}=${entry.name}`;
  const consumer = runs === "each" ? own : `adapter=any=${entry.name}`;
  const subjects = subjectsOf(at.ns);
  const rungs = on.filter((kind) => kind.startsWith(wake)).map((kind) => kind.slice(wake.length));
  const kinds = on.filter((kind) => !kind.startsWith(wake));
  const ending = entry.resolve ? endingKinds((kind) => fittingGlob(kinds, kind) !== undefined) : [];
  const named = kinds.length === 0 ? [] : runKinds;
  const wakes = rungs.map((rung) => subjects.wake({ machine: at.machine }, rung));
  return {
    runs: kinds.length === 0 ? "each" : runs,
    on,
    consumer,
    hot: wakes.length === 0 ? undefined : adapterConsumer("WAKES", own, wakes),
    kinds: [...kinds, ...ending, ...named],
  };
}

/** The durable that brings an instance its events. */
export function eventsConsumer(ns: string, name: string, kinds: readonly string[]): ConsumerShape {
  const subjects = subjectsOf(ns);
  return deliveryConsumer(
    name,
    kindFilters(kinds).map((kind) => subjects.event({}, kind)),
  );
}
