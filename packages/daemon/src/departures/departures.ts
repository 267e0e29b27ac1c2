import type { Clock, SessionRecord } from "@fleetbus/core";
import { bell } from "../life/bell.ts";
import type { Edge } from "../requests/edge.ts";
import { isLive } from "../session/registry.ts";
import { absence, missed } from "./absence.ts";
import { leftBehind } from "./left-behind.ts";

/**
 * What becomes of a mailbox whose session goes: it is closed, and the senders of what waits there are told, once for each
 * departure, also over a restart.
 */
export interface Departures {
  /** A session has gone. */
  heard(name: string): void;
  /** Tells of who has gone, and of those of the last hour that a daemon before this one did not tell of, until the signal aborts. Rejects with `unavailable`; to be called again then. */
  follow(signal: AbortSignal): Promise<void>;
}

/** What telling needs. */
export interface DeparturesDeps {
  readonly clock: Clock;
  all(): readonly SessionRecord[];
  find(name: string): SessionRecord | undefined;
  /** Closes its mailbox at once; resolves when nothing of its last turn ends messages any more. Never rejects. */
  close(name: string): Promise<void>;
  /** Tells all who have written to it and wait. */
  tell(record: SessionRecord): Promise<void>;
  /** Puts a record, marked, in the place of its like, and saves it. */
  keep(record: SessionRecord): void;
}

/** Who is there again so soon was not away: a pane that is respawned, a CLI that is restarted to resume. */
const comesBackMs = 3000;

/** What a daemon before this one did not tell for so long is no news to anybody: an older release told of no departure. */
const newsMs = 3_600_000;

/** Those of one daemon; nothing runs yet. */
export function departures(deps: DeparturesDeps): Departures {
  const closings = new Map<string, Promise<void>>();
  const rung = bell();
  const isNews = ({ name, end }: SessionRecord) =>
    closings.has(name) || deps.clock.now() - Date.parse(end?.time ?? "") < newsMs;
  const tellOne = async (record: SessionRecord, signal: AbortSignal) => {
    const { name, end } = record;
    await closings.get(name);
    const goneForMs = deps.clock.now() - Date.parse(end?.time ?? "");
    if (goneForMs < comesBackMs)
      await deps.clock.sleep(comesBackMs - Math.max(0, goneForMs), signal).catch(() => undefined); // aborted: seen below
    const now = deps.find(name);
    if (signal.aborted || now === undefined || !isUntold(now) || now.end?.id !== end?.id) return;
    await deps.tell(now);
    closings.delete(name);
    mark(now, deps);
  };
  return {
    heard: (name) => {
      closings.set(name, deps.close(name));
      rung.ring();
    },
    follow: async (signal) => {
      while (!signal.aborted) {
        const failed: unknown[] = [];
        for (const record of deps.all().filter((one) => isUntold(one) && isNews(one)))
          await tellOne(record, signal).catch((error: unknown) => failed.push(error)); // it holds up no other
        if (failed.length > 0) throw failed[0];
        await rung.wait(signal);
      }
    },
  };
}

/** The departures of a daemon whose parts are asked for only when somebody goes. */
export function departuresOn(clock: Clock, edge: () => Edge): Departures {
  return departures({
    clock,
    all: () => edge().registry.all(),
    find: (name) => edge().registry.find(name),
    close: (name) => {
      const { mailboxes, onError } = edge();
      return mailboxes.close(name).catch((error: unknown) => onError(error, `closing the inbox of ${name}`));
    },
    tell: async (record) => {
      const { waiting, missed: lost } = await leftBehind(edge(), record);
      const { receipts } = edge();
      const facts = absence(record);
      if (facts !== undefined && waiting.length > 0) await receipts.writeAll(toAbout(waiting), facts);
      if (lost.length > 0) await receipts.writeAll(toAbout(lost), missed(record));
    },
    keep: (record) => {
      edge().registry.restore(record);
      edge().store.save(record);
    },
  });
}

type Heads = Awaited<ReturnType<typeof leftBehind>>["waiting"];

function toAbout(messages: Heads) {
  return messages.map((message) => ({ message }));
}

function isUntold(record: SessionRecord): boolean {
  return !isLive(record) && record.end !== undefined && record.toldGone !== record.end.id;
}

/** What else was noted of it meanwhile stays. */
function mark({ name, end }: SessionRecord, { find, keep }: DeparturesDeps): void {
  const now = find(name);
  if (now !== undefined && end !== undefined && now.end?.id === end.id) keep({ ...now, toldGone: end.id });
}
