import { FleetError, type Clock, type FleetEvent } from "@fleetbus/core";
import type { Bucket, Entry } from "@fleetbus/core/bus";
import { claimOn, type Claim } from "./claim.ts";
import { decodeEffect, encodeEffect, type Effect } from "./effect.ts";

const claimTtlMs = 45_000;
/** A day of delivery records: an acknowledgement that was lost is told within minutes. What waits for its next try is written again within that time. */
const keptMs = 24 * 60 * 60 * 1000;
const attempts = 5;

/** Where one instance's effects are, and who this is. */
export interface EffectsPlace {
  /** The instance's consumer: the same on all machines that share the work. */
  readonly consumer: string;
  readonly machine: string;
  /** New for each start of the instance: an older run of this machine is over, and its claims are free. */
  readonly run: string;
  /** Begun anew with another config (milliseconds since 1970): what waited before that need not wait any more. */
  readonly freshSinceMs?: number | undefined;
  readonly clock: Clock;
  bucket(): Promise<Bucket>;
}

/** What stands in the way of sending, if anything. */
export type Claimed =
  | { readonly type: "mine"; readonly claim: Claim }
  | { readonly type: "done"; readonly effect: Effect }
  | { readonly type: "dead"; readonly effect: Effect }
  /** Its next try is then. */
  | { readonly type: "waiting"; readonly untilMs: number }
  /** Somebody else sends it now; ask again later. */
  | { readonly type: "taken" };

/** Idempotent external effects (NATS.md, decision 11). All calls reject with `unavailable` while the server is away. */
export interface Effects {
  find(id: string): Promise<Effect | undefined>;
  /** Until when an event is to wait for its next try; undefined where it need not. */
  waitsUntil(effect: Effect): number | undefined;
  /** Takes an event over to send it; fenced, so that of many who try at once one does. */
  claim(event: FleetEvent, seq: number): Promise<Claimed>;
  /** The newest ones, newest first. */
  list(count: number): Promise<readonly Effect[]>;
}

/** The effects of one instance. */
export function effectsOn(place: EffectsPlace): Effects {
  /** Claims of this very run: what is claimed and not here ended without a record, and may be taken again. */
  const held = new Set<string>();
  return {
    find: async (id) => {
      const entry = await (await place.bucket()).get(keyOf(place, id));
      return entry === undefined ? undefined : decodeEffect(entry.value);
    },
    waitsUntil: (effect) => waitsUntil(place, effect),
    claim: async (event, seq) => {
      for (let attempt = 0; attempt < attempts; attempt += 1) {
        const claimed = await tryClaim(place, { event, seq, held });
        if (claimed !== undefined) return claimed;
      }
      return { type: "taken" };
    },
    list: async (count) => {
      const entries = await (await place.bucket()).entries(undefined, place.consumer);
      const effects = entries.flatMap(({ value }) => decodeEffect(value) ?? []);
      return effects.toSorted((a, b) => b.at - a.at).slice(0, count);
    },
  };
}

interface Claiming {
  readonly event: FleetEvent;
  readonly seq: number;
  readonly held: Set<string>;
}

/** Undefined: somebody was faster, ask again. */
async function tryClaim(place: EffectsPlace, claiming: Claiming): Promise<Claimed | undefined> {
  const { event, held } = claiming;
  const bucket = await place.bucket();
  const first = await create(place, bucket, claimedEffect(place, event));
  if (first !== undefined) return mine(place, { bucket, held, ...first });
  const entry = await bucket.get(keyOf(place, event.id));
  const known = entry === undefined ? undefined : decodeEffect(entry.value);
  if (entry === undefined || known === undefined) return undefined;
  const settled = settledAs(known, claiming);
  if (settled !== undefined) return settled;
  const untilMs = waitsUntil(place, known);
  if (untilMs !== undefined) return { type: "waiting", untilMs };
  if (isSending(place, known, held)) return { type: "taken" };
  const effect = claimedEffect(place, event, known.state === "dead" ? undefined : known);
  const revision = await put(place, { bucket, effect, revision: entry.revision });
  return revision === undefined ? undefined : mine(place, { bucket, held, effect, revision });
}

async function create(place: EffectsPlace, bucket: Bucket, effect: Effect) {
  const revision = await put(place, { bucket, effect, revision: 0 });
  return revision === undefined ? undefined : { effect, revision };
}

function settledAs(known: Effect, { seq }: Claiming): Claimed | undefined {
  if (known.state === "done") return { type: "done", effect: known };
  return known.state === "dead" && known.seq === seq ? { type: "dead", effect: known } : undefined;
}

function waitsUntil({ clock, freshSinceMs = 0 }: EffectsPlace, known: Effect): number | undefined {
  if (known.state !== "waiting" || known.until === undefined || known.at < freshSinceMs) return undefined;
  return known.until > clock.now() ? known.until : undefined;
}

function isSending({ machine, run }: EffectsPlace, known: Effect, held: ReadonlySet<string>): boolean {
  if (known.state !== "claimed") return false;
  if (known.machine !== machine) return true;
  return known.run === run && held.has(known.event);
}

function claimedEffect({ machine, run, clock }: EffectsPlace, event: FleetEvent, before?: Effect): Effect {
  const now = clock.now();
  return {
    ...{ state: "claimed", event: event.id, kind: event.kind },
    session: `${event.from.machine}/${event.from.session}`,
    ...{ at: now, since: before?.since ?? now, tries: (before?.tries ?? 0) + 1, sent: before?.sent ?? 0 },
    ...{ machine, run },
  };
}

function mine(
  place: EffectsPlace,
  at: { bucket: Bucket; held: Set<string>; effect: Effect; revision: Entry["revision"] },
): Claimed {
  const { bucket, held, effect, revision } = at;
  held.add(effect.event);
  const claim = claimOn({
    ...{ effect, revision, clock: place.clock },
    put: (changed, known) => put(place, { bucket, effect: changed, revision: known }),
    release: () => held.delete(effect.event),
  });
  return { type: "mine", claim };
}

/** Undefined where the revision is another by now. */
async function put(
  place: EffectsPlace,
  at: { readonly bucket: Bucket; readonly effect: Effect; readonly revision: number | undefined },
): Promise<number | undefined> {
  const { bucket, effect, revision } = at;
  const ttlMs = effect.state === "claimed" ? claimTtlMs : keptMs;
  try {
    const options = revision === undefined ? { ttlMs } : { ttlMs, revision };
    return await bucket.put(keyOf(place, effect.event), encodeEffect(effect), options);
  } catch (error) {
    if (error instanceof FleetError && error.code === "conflict") return undefined;
    throw error;
  }
}

function keyOf({ consumer }: EffectsPlace, id: string): string {
  return `${consumer}.${id}`;
}
