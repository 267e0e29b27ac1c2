import {
  FleetError,
  timeLimit,
  toFleetError,
  wakes,
  type Address,
  type FleetEvent,
  type Message,
  type SessionRecord,
} from "@fleetbus/core";
import type { Incoming } from "@fleetbus/core/bus";
import { ownerOf, type Edge } from "../requests/edge.ts";
import type { Waiting } from "./ladder.ts";
import { messageMatter, permissionMatter, requestOf, type Matter } from "./matter.ts";
import type { Sleepers } from "./sleepers.ts";

/** What finding needs of a daemon. */
export interface WaitingDeps extends Pick<Edge, "machine" | "bus" | "subjects"> {
  readonly codec: Pick<Edge["codec"], "decodeEvent">;
  readonly registry: Pick<Edge["registry"], "live">;
  readonly outbox: { pending(): readonly unknown[] };
  readonly mailboxes: {
    find(session: string): Held | undefined;
    open(owner: Address): Promise<Held>;
  };
}

/** What is asked of a mailbox. */
type Held = {
  held(): readonly { readonly message: Message }[];
  catchUp(signal: AbortSignal): Promise<void>;
};

const readMs = 3000;
/** By the server's clock an event is stored after it happened; the clocks may differ by this. */
const skewMs = 60_000;

/**
 * What waits for the human of this machine: what its mailbox `me` holds, but notes and low priority, the requests
 * that its sessions wait with, and the sessions that nothing can wake. It is read from where it stands each time, so that it is the same after a restart.
 */
export function waitingOn(deps: WaitingDeps, sleepers: Sleepers): () => Promise<Waiting> {
  const requests = new Map<string, FleetEvent>();
  const known = new WeakMap<Message, Matter>();
  const matterOf = (message: Message): Matter => {
    const matter = known.get(message) ?? messageMatter(message);
    known.set(message, matter);
    return matter;
  };
  let isCaughtUp = false;
  const messages = async (): Promise<readonly Matter[] | undefined> => {
    const mailbox = deps.mailboxes.find("me") ?? (await deps.mailboxes.open(ownerOf(deps, "me")));
    if (!isCaughtUp) {
      const limit = timeLimit(readMs);
      await mailbox.catchUp(limit);
      isCaughtUp = !limit.aborted;
    }
    if (!isCaughtUp) return undefined;
    return mailbox.held().flatMap(({ message }) => (wakes(message) ? [matterOf(message)] : []));
  };
  const permissions = async (): Promise<readonly Matter[]> => {
    const waiting = deps.registry.live().filter(({ state }) => state === "waiting");
    const keys = new Set(waiting.map(keyOf));
    for (const key of requests.keys()) if (!keys.has(key)) requests.delete(key);
    return Promise.all(
      waiting.map(async (record) => {
        const event = requests.get(keyOf(record)) ?? (await requestIn(deps, record));
        requests.set(keyOf(record), event);
        return permissionMatter(record, event);
      }),
    );
  };
  return async () => {
    const [said, asked] = await Promise.all([messages().catch(unlessAway), permissions().catch(unlessAway)]);
    const isKnown = { message: said !== undefined, permission: asked !== undefined };
    return {
      matters: [...(said ?? []), ...(asked ?? []), ...sleepers.matters()],
      isOver: (about, event) =>
        about === "sleeper" ? sleepers.isOver(event) : Promise.resolve(isKnown[about]),
    };
  };
}

function unlessAway(error: unknown): undefined {
  if (!toFleetError(error).isRetryable) throw error;
  return undefined;
}

function keyOf({ name, stateSince }: SessionRecord): string {
  return `${name} ${stateSince}`;
}

/** The event by which a session came to wait, under whatever name it bore then. Rejects with `unavailable` while it may still be in the spool. */
async function requestIn(deps: WaitingDeps, record: SessionRecord): Promise<FleetEvent> {
  const names = [record.name, ...(record.formerly ?? []).map(({ name }) => name)];
  const subjects = names.map((session) =>
    deps.subjects.event({ machine: record.machine, session }, "permission.requested"),
  );
  const since = Date.parse(record.stateSince);
  const isSpooled = deps.outbox.pending().length > 0;
  const limit = timeLimit(readMs);
  const options = { subjects, from: { time: since - skewMs }, untilCaughtUp: true, signal: limit };
  for await (const incoming of deps.bus.read("EVENTS", options)) {
    const event = readable(deps, incoming);
    if (event === undefined) continue;
    if (event.data["agentId"] === undefined && Date.parse(event.time) >= since) return event;
  }
  if (isSpooled || limit.aborted) throw notYet(record);
  return requestOf(record);
}

function readable({ codec }: WaitingDeps, incoming: Incoming): FleetEvent | undefined {
  try {
    return codec.decodeEvent(incoming);
  } catch {
    return undefined; // foreign: no session's request
  }
}

function notYet({ name }: SessionRecord): FleetError {
  return new FleetError("unavailable", `reading what ${name} waits for: its request is not stored yet`);
}
