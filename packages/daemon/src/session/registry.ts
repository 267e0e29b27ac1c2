import { isOtherProcess, type FleetEvent, type SessionRecord } from "@fleetbus/core";
import type { SessionStore } from "./store.ts";

/** What is known of a CLI process when something is heard of it. */
export interface Sighting {
  readonly cliSession?: string | undefined;
  readonly pid?: number | undefined;
  readonly procStart?: string | undefined;
  readonly pty?: { readonly id: string } | undefined;
}

/** What changed, for those who act on it. */
export interface Change {
  readonly before: SessionRecord | undefined;
  readonly after: SessionRecord;
  readonly event: FleetEvent;
}

/** This machine's sessions: the fold of their events (DESIGN §4), kept in memory, saved to the `sessions` bucket. */
export interface Registry {
  /** The very same list while nothing has changed, like that of `live`. */
  all(): readonly SessionRecord[];
  /** Neither ended nor lost; the very same list while nothing has changed. */
  live(): readonly SessionRecord[];
  /** The first live session whose process is one of these; without a look at each. */
  liveAmong(pids: readonly number[]): SessionRecord | undefined;
  find(name: string): SessionRecord | undefined;
  /** The live session that a sighting belongs to; undefined: a new one, or one that comes back (core: chooseName). */
  identify(sighting: Sighting): SessionRecord | undefined;
  /** Folds an event in; what it did not change is not announced. */
  apply(event: FleetEvent): SessionRecord | undefined;
  /** Takes over a record as it was saved, without announcing it. */
  restore(record: SessionRecord): void;
  /** Folds in that the session called `from` has another name; read again after a restart, it changes nothing. */
  rename(from: string, event: FleetEvent): SessionRecord | undefined;
  forget(name: string): void;
}

/** What a registry needs. `fold` is core's, so that a rebuild from EVENTS gives the same records. */
export interface RegistryDeps {
  readonly store: SessionStore;
  fold(record: SessionRecord | undefined, event: FleetEvent): SessionRecord | undefined;
  onChange(change: Change): void;
}

/** Whether a session is still there. */
export function isLive(record: SessionRecord): boolean {
  return record.state !== "ended" && record.state !== "lost";
}

/** The registry of one daemon, empty. */
export function registry(deps: RegistryDeps): Registry {
  const records = new Map<string, SessionRecord>();
  let known = listsOf(records);
  const set = (record: SessionRecord) => {
    records.set(record.name, record);
    known = listsOf(records);
  };
  const drop = (name: string) => {
    records.delete(name);
    known = listsOf(records);
  };
  const live = () => known.live();
  const put = (record: SessionRecord) => {
    set(record);
    deps.store.save(record);
  };
  const apply = (event: FleetEvent) => {
    const before = records.get(event.from.session);
    const after = deps.fold(before, event);
    if (after === undefined || after === before) return before;
    put(after);
    deps.onChange({ before, after, event });
    return after;
  };
  const takeName = (before: SessionRecord, there: SessionRecord | undefined, event: FleetEvent) => {
    // What waits for the next session of that name is for this one.
    const formerly = [...(there?.formerly ?? []), ...(before.formerly ?? [])];
    set({ ...before, name: event.from.session, formerly });
    return apply(event);
  };
  return {
    all: () => known.all(),
    live,
    liveAmong: (pids) => known.liveAmong(pids),
    find: (name) => records.get(name),
    identify: (sighting) => identify(live(), sighting),
    apply,
    restore: set,
    rename: (from, event) => {
      const before = records.get(from);
      const there = records.get(event.from.session);
      // Read again, the name may have another bearer by now; and who was heard of under it before is the renamed one.
      if (before === undefined || before.lastEventId >= event.id) return there;
      drop(from);
      const isKnown = there !== undefined && there.lastEventId >= event.id;
      const after = isKnown ? there : takeName(before, there, event);
      deps.store.remove(before); // last: what dies in between leaves both, which the event tells apart
      return after;
    },
    forget: (name) => {
      const record = records.get(name);
      if (record !== undefined) deps.store.remove(record);
      drop(name);
    },
  };
}

/** What is looked up often, made once when it is first asked for, of records that do not change any more. */
function listsOf(records: ReadonlyMap<string, SessionRecord>): Pick<Registry, "all" | "live" | "liveAmong"> {
  let every: readonly SessionRecord[] | undefined;
  let living: readonly SessionRecord[] | undefined;
  let places: ReadonlyMap<number | undefined, number> | undefined;
  const all = () => (every ??= [...records.values()]);
  const live = () => (living ??= all().filter(isLive));
  // Of two with one pid the first counts.
  const placeOf = (pid: number) =>
    (places ??= new Map(
      live()
        .map((record, place) => [record.pid, place] as const)
        .toReversed(),
    )).get(pid);
  return {
    all,
    live,
    liveAmong: (pids) => live()[Math.min(...pids.flatMap((pid) => placeOf(pid) ?? []))],
  };
}

function identify(live: readonly SessionRecord[], sighting: Sighting): SessionRecord | undefined {
  return (
    live.find((record) => isSameCliSession(record, sighting)) ??
    live.find((record) => isSameProcess(record, sighting)) ??
    live.find((record) => isUnhookedThere(record, sighting))
  );
}

function isSameProcess(record: SessionRecord, sighting: Sighting): boolean {
  return record.pid !== undefined && record.pid === sighting.pid && !isOtherProcess(record, sighting);
}

/** What was known by its output alone turns out to be a CLI whose hooks speak. */
function isUnhookedThere({ hooked, pty }: SessionRecord, sighting: Sighting): boolean {
  return !hooked && pty !== undefined && pty.id === sighting.pty?.id;
}

function isSameCliSession(record: SessionRecord, sighting: Sighting): boolean {
  return record.cliSession !== undefined && record.cliSession === sighting.cliSession;
}
