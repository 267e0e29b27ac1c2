import { FleetError, requireToken, type FleetEvent, type Receipt, type Stage } from "@fleetbus/core";
import type { ConsumerView, Items, StreamView } from "@fleetbus/core/api";
import { removedAdapterMs, type ConsumerStatus, type ReadOptions } from "@fleetbus/core/bus";
import { finalStages } from "@fleetbus/core";
import type { Edge } from "./edge.ts";

/** What reading events and receipts needs. */
export type EventsEdge = Pick<Edge, "bus" | "subjects" | "codec">;

/** What to read of EVENTS. */
export interface EventsQuery {
  readonly session?: string | undefined;
  readonly kind?: string | undefined;
  readonly since?: string | undefined;
  readonly isFollowing: boolean;
}

/**
 * Events in order; a foreign one is passed over (the daemon's own reader sends it to the dead letters). Throws `usage` at
 * once for what is no session, kind or time.
 */
export function readEvents(
  edge: EventsEdge,
  query: EventsQuery,
  signal: AbortSignal,
): AsyncIterable<FleetEvent> {
  const from =
    query.since === undefined ? (query.isFollowing ? "new" : "all") : { time: timeOf(query.since) };
  const subjects = [subjectOf(edge, query)];
  return decoded(edge, { subjects, from, untilCaughtUp: !query.isFollowing, signal });
}

async function* decoded(edge: EventsEdge, options: ReadOptions): AsyncIterable<FleetEvent> {
  for await (const incoming of edge.bus.read("EVENTS", options)) {
    const event = decodeOrSkip(() => edge.codec.decodeEvent(incoming));
    if (event !== undefined) yield event;
  }
}

/** What stands in a subject is a token: a wildcard or a blank would ask for something else than was said. */
function subjectOf({ subjects }: Pick<Edge, "subjects">, { session: said = "", kind }: EventsQuery): string {
  const [session = "", machine = ""] = said.split("/").toReversed();
  return subjects.event(
    {
      ...(machine ? { machine: requireToken(machine, "machine") } : {}),
      ...(session ? { session: requireToken(session, "session") } : {}),
    },
    kind
      ?.split(".")
      .map((token) => (token === ">" || token === "*" ? token : requireToken(token, "kind")))
      .join("."),
  );
}

/** The receipts of one message, those that are there and, unless `untilCaughtUp`, those that come until the signal aborts; foreign ones are passed over. */
export async function* readReceipts(
  edge: EventsEdge,
  id: string,
  options: Pick<ReadOptions, "signal" | "untilCaughtUp">,
): AsyncIterable<Receipt> {
  const subjects = [edge.subjects.receipt({}, id)];
  for await (const incoming of edge.bus.read("RECEIPTS", { ...options, subjects, from: "all" })) {
    const receipt = decodeOrSkip(() => edge.codec.decodeReceipt(incoming));
    if (receipt !== undefined) yield receipt;
  }
}

const rank: readonly Stage[] = ["stored", "woken", "offered", "shown", "done", "replied"];

/** Whether a stage answers who waits for `wanted`: it or a later one is reached, or the message has ended. */
export function isReached(stage: Stage, wanted: Stage): boolean {
  if (stage === wanted) return true;
  if (finalStages.includes(stage)) return wanted !== "replied" || stage !== "done";
  return rank.includes(stage) && rank.includes(wanted) && rank.indexOf(stage) > rank.indexOf(wanted);
}

/** Every durable consumer with what it is for. */
export async function listConsumers(edge: Edge): Promise<Items<ConsumerView>> {
  const statuses = await edge.bus.consumers();
  return { items: statuses.map(viewOf) };
}

function viewOf(status: ConsumerStatus): ConsumerView {
  const role = roleOf(status);
  const isOrphan = role === "adapter" && status.goneAfterMs === removedAdapterMs;
  return { ...status, role, ...(isOrphan ? { isOrphan } : {}) };
}

/** Every stream of the namespace. */
export async function listStreams(edge: Edge): Promise<Items<StreamView>> {
  return { items: await edge.bus.streams() };
}

/** A consumer by name or session; throws `not_found` with the names there are. */
export async function requireConsumer(edge: Edge, name: string): Promise<ConsumerStatus> {
  const all = await edge.bus.consumers();
  const wanted = name.replace("/", "=");
  const found =
    all.find((each) => each.name === wanted) ?? all.find((each) => each.name.endsWith(`=${wanted}`));
  if (found !== undefined) return found;
  const candidates = all.map((each) => each.name);
  throw new FleetError("not_found", `looking for consumer "${name}": there is none`, {
    details: { candidates },
  });
}

function roleOf(status: ConsumerStatus): ConsumerView["role"] {
  if (status.name.startsWith("adapter=")) return "adapter";
  return status.stream === "INBOX" && status.name.includes("=") ? "inbox" : "other";
}

function timeOf(since: string): number {
  const time = Date.parse(since);
  if (Number.isFinite(time)) return time;
  throw new FleetError("usage", `reading --since "${since}": give a duration (1h) or an RFC 3339 time`);
}

/** What the work gives; undefined where it throws, for what is foreign. */
export function decodeOrSkip<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch {
    return undefined; // foreign: whoever owns the stream's reader buries it
  }
}
