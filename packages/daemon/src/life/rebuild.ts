import type { FleetEvent, SessionRecord } from "@fleetbus/core";
import type { Bus, Incoming, Outgoing } from "@fleetbus/core/bus";
import { subjectsOf, timeLimit } from "@fleetbus/core";
import type { Registry } from "../session/registry.ts";

/** Events are read again from this much before the newest saved record: clocks differ, and saving is late. */
const overlapMs = 10 * 60_000;

/** What a rebuild reads. */
export interface RebuildDeps {
  readonly machine: string;
  readonly bus: Bus;
  readonly registry: Registry;
  /** Every machine's saved records. */
  load(): Promise<readonly SessionRecord[]>;
  /** What is in the spool and not yet with the server. */
  pending(): readonly Outgoing[];
  decode(incoming: Pick<Incoming, "subject" | "headers" | "data">): FleetEvent;
  /** Told of each event that is read. */
  onEvent(event: FleetEvent): void;
}

/**
 * This machine's sessions after a crash (DESIGN §4): the saved records, then every event since, then what only the
 * spool has. Folding is idempotent by event id, so reading too much does no harm.
 */
export async function rebuildSessions(deps: RebuildDeps): Promise<void> {
  const saved = (await deps.load()).filter((record) => record.machine === deps.machine);
  for (const record of saved) deps.registry.restore(record);
  const newest = Math.max(0, ...saved.map((record) => Date.parse(record.seenAt)));
  const from = newest === 0 ? ("all" as const) : { time: newest - overlapMs };
  const subjects = [subjectsOf(deps.bus.ns).event({ machine: deps.machine })];
  const signal = timeLimit(60_000);
  for await (const incoming of deps.bus.read("EVENTS", { subjects, from, untilCaughtUp: true, signal }))
    apply(incoming, deps);
  for (const outgoing of deps.pending()) if (outgoing.subject.includes(".event.")) apply(outgoing, deps);
}

function apply(incoming: Pick<Incoming, "subject" | "headers" | "data">, deps: RebuildDeps): void {
  const event = decodeOrSkip(incoming, deps);
  if (event === undefined) return;
  deps.onEvent(event);
  const from = event.data["from"];
  if (event.kind === "session.renamed" && typeof from === "string") deps.registry.rename(from, event);
  else deps.registry.apply(event);
}

function decodeOrSkip(
  incoming: Pick<Incoming, "subject" | "headers" | "data">,
  deps: RebuildDeps,
): FleetEvent | undefined {
  try {
    return deps.decode(incoming);
  } catch {
    return undefined; // foreign: it made no session
  }
}
