import {
  adapterEntrySchema,
  defaultEscalateMs,
  fittingGlob,
  kindsForPeople,
  type Adapter,
  type AdapterConfig,
  type FleetConfig,
  type LadderRung,
} from "@fleetbus/core";
import type { BrokenEntry, HostEntry } from "../host/host.ts";
import { withManners } from "../host/manners.ts";
import type { About } from "./matter.ts";

/** One of `me.via`, with what its channel does. */
export interface MeRung extends LadderRung {
  /** It is told when what it was told of is over; one whose own route brings requests hears of their end by it. */
  readonly resolves: Readonly<Record<About, boolean>>;
}

/** How the human is reached, as the config in force says. */
export interface MeRules {
  readonly via: readonly MeRung[];
  readonly escalateAfterMs: number;
}

const requested = "permission.requested";
/** What the ladder brings. */
const ladderKinds: readonly string[] = [requested, "message.received"];

/** The machine's adapters with those that `me.via` names by their type alone, as `desktop`. */
export function withImplied(
  { me, adapter }: Pick<FleetConfig, "me" | "adapter">,
  builtIn: readonly Adapter[],
): readonly AdapterConfig[] {
  const named = new Set(adapter.map(({ name }) => name));
  const implied = me.via.filter((name) => !named.has(name) && builtIn.some(({ spec }) => spec.type === name));
  return [...adapter, ...implied.map((name) => adapterEntrySchema.parse({ name, type: name }))];
}

/**
 * An adapter of the ladder whose entry says no `on` leaves to the ladder what the ladder brings: its place in `via` and
 * the human's own decide, and not that it listens to everything. One that says `on` has what it asks for at once.
 * Either way it reaches a human (host/manners.ts).
 */
export function onLadder(each: HostEntry | BrokenEntry, via: readonly string[]): HostEntry | BrokenEntry {
  if ("error" in each || !via.includes(each.entry.name)) return each;
  const entry = withManners(each.entry);
  const { spec } = each.adapter;
  const own =
    entry.on === undefined ? (spec.on ?? (spec.text === undefined ? undefined : kindsForPeople)) : undefined;
  if (own === undefined) return { ...each, entry };
  return { ...each, entry: { ...entry, on: own.filter((kind) => !ladderKinds.includes(kind)) } };
}

/** The rules by what the host was given; what is switched off or cannot be started is no rung. */
export function rulesOf(me: FleetConfig["me"], entries: readonly (HostEntry | BrokenEntry)[]): MeRules {
  const via = me.via.flatMap((name) => {
    const found = entries.find(({ entry }) => entry.name === name);
    return found === undefined || "error" in found ? [] : [rungOf(found)];
  });
  return { via, escalateAfterMs: me.escalate_after ?? defaultEscalateMs };
}

function rungOf({ entry, adapter }: HostEntry): MeRung {
  const { name, on, resolve } = entry;
  const hasRoute = on !== undefined && fittingGlob(on, requested) !== undefined;
  return {
    adapter: name,
    isLocal: adapter.spec.traits.isLocal === true,
    resolves: { message: resolve, permission: resolve && !hasRoute, sleeper: resolve },
  };
}
