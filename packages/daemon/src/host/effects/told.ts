import {
  dedupe,
  FleetError,
  stateChangeOf,
  stateKinds,
  subjectsOf,
  untold,
  newsOf,
  type Clock,
  type DedupeRules,
  type DedupeVerdict,
  type FleetEvent,
  type Placed,
  type ToldList,
} from "@fleetbus/core";
import type { Bucket, Bus, Delivery } from "@fleetbus/core/bus";
import { z } from "zod";
import { jsonOf } from "./effect.ts";
import { laneByKey } from "./lane.ts";

const keptMs = 7 * 24 * 60 * 60 * 1000;
const attempts = 8;

const toldSchema = z.array(
  z.object({
    id: z.string(),
    seq: z.int(),
    state: z.string(),
    atMs: z.number(),
    endedBy: z.string().optional(),
  }),
);

/** What one instance has told of each session's states, kept in the `effects` bucket as `<consumer>.told.<machine>.<session>`. */
export interface ToldStore {
  /** Decides on an event and remembers the decision; the same event again gets the same answer. */
  judge(placed: Placed, rules: DedupeRules): Promise<Exclude<DedupeVerdict, { type: "compare" }>>;
  /** It ended in the dead letters. */
  forget(event: FleetEvent): Promise<void>;
}

/** What a store needs. */
export interface ToldDeps {
  readonly bus: Pick<Bus, "ns" | "read">;
  readonly consumer: string;
  readonly clock: Clock;
  bucket(): Promise<Bucket>;
  decode(delivery: Pick<Delivery, "subject" | "headers" | "data" | "seq" | "time">): FleetEvent;
}

/** The store of one instance. */
export function toldStore(deps: ToldDeps): ToldStore {
  const inLane = laneByKey();
  const keyOf = ({ from }: FleetEvent) => `${deps.consumer}.told.${from.machine}.${from.session}`;
  return {
    judge: (placed, rules) =>
      inLane(keyOf(placed.event), () => judge(deps, keyOf(placed.event), { placed, rules })),
    forget: (event) =>
      inLane(keyOf(event), () => change(deps, keyOf(event), (told) => untold(told, event.id))),
  };
}

async function judge(
  deps: ToldDeps,
  key: string,
  { placed, rules }: { readonly placed: Placed; readonly rules: DedupeRules },
): Promise<Exclude<DedupeVerdict, { type: "compare" }>> {
  if (stateChangeOf(placed.event) === undefined) {
    const verdict = dedupe([], placed, rules);
    return verdict.type === "compare" ? { type: "tell", list: [] } : verdict;
  }
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const { told, revision } = await read(deps, key);
    const verdict = await compared(deps, placed, dedupe(told, placed, rules));
    if (verdict.type === "skip" || verdict.list === told) return verdict;
    if (await write(deps, key, { told: verdict.list, revision })) return verdict;
  }
  throw new FleetError("unavailable", `remembering what was told of ${key}: others write it all the time`);
}

/** A repetition unless another state came in between: EVENTS knows, also what this instance never heard. */
async function compared(
  deps: ToldDeps,
  placed: Placed,
  verdict: DedupeVerdict,
): Promise<Exclude<DedupeVerdict, { type: "compare" }>> {
  if (verdict.type !== "compare") return verdict;
  const isOther = await hadAnotherState(deps, placed, verdict.sinceSeq);
  const { again } = verdict;
  if (isOther && again.type !== "compare") return again;
  return { type: "skip", reason: "the same state was told a short while ago" };
}

async function hadAnotherState(deps: ToldDeps, { event, seq }: Placed, sinceSeq: number): Promise<boolean> {
  const subjects = stateKinds.map((kind) => subjectsOf(deps.bus.ns).event(event.from, kind));
  const own = stateChangeOf(event)?.state;
  const over = new AbortController();
  const signal = over.signal;
  try {
    const from = { seq: sinceSeq + 1 };
    for await (const incoming of deps.bus.read("EVENTS", { subjects, from, untilCaughtUp: true, signal })) {
      if (incoming.seq >= seq) return false;
      const other = readable(deps, incoming);
      if (other !== undefined && stateChangeOf(other)?.state !== own) return true;
    }
    return false;
  } finally {
    over.abort();
  }
}

function readable(deps: ToldDeps, incoming: Parameters<ToldDeps["decode"]>[0]): FleetEvent | undefined {
  try {
    const event = deps.decode(incoming);
    return newsOf(event, {}) === undefined ? event : undefined;
  } catch {
    return undefined; // foreign: no state of a session
  }
}

async function change(deps: ToldDeps, key: string, make: (told: ToldList) => ToldList): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const { told, revision } = await read(deps, key);
    const changed = make(told);
    if (changed.length === told.length || (await write(deps, key, { told: changed, revision }))) return;
  }
}

async function read(deps: ToldDeps, key: string) {
  const entry = await (await deps.bucket()).get(key);
  const parsed = toldSchema.safeParse(entry === undefined ? [] : jsonOf(entry.value));
  const told: ToldList = parsed.success ? parsed.data.map(withoutUndefined) : [];
  return { told, revision: entry?.revision ?? 0 };
}

function withoutUndefined({ endedBy, ...told }: z.infer<typeof toldSchema>[number]): ToldList[number] {
  return endedBy === undefined ? told : { ...told, endedBy };
}

/** False where somebody else was faster. */
async function write(
  deps: ToldDeps,
  key: string,
  { told, revision }: { readonly told: ToldList; readonly revision: number },
): Promise<boolean> {
  const bucket = await deps.bucket();
  try {
    await bucket.put(key, new TextEncoder().encode(JSON.stringify(told)), { revision, ttlMs: keptMs });
    return true;
  } catch (error) {
    if (error instanceof FleetError && error.code === "conflict") return false;
    throw error;
  }
}
