import {
  firstRung,
  nextRung,
  type Clock,
  type FleetEvent,
  type LadderFacts,
  type Presence,
  type SessionRecord,
} from "@fleetbus/core";
import type { AdapterHost } from "../host/host.ts";
import { laneByKey } from "../host/effects/lane.ts";
import { withoutBodies, type Matter } from "./matter.ts";
import type { ClimbedRung, LadderRecord, LadderRecords } from "./record.ts";
import { afterNotice, failedBy, isRetryableError } from "./settle.ts";
import type { MeRules } from "./via.ts";
import { withdraw } from "./withdraw.ts";

/** The ladder of one matter, at work. */
export interface Climb {
  readonly about: Matter["about"];
  /** Without bodies. */
  readonly event: FleetEvent;
  /** Nobody is left to tell. */
  isEnded(): boolean;
  /** Begins what is due by now. Never rejects, and waits for nothing. */
  look(matter: Matter): void;
  /** It is acknowledged: drops what was to come, and tells those who were told. Resolves with whether all is said; else to be asked again. */
  over(signal: AbortSignal): Promise<boolean>;
}

/** What a climb works with. */
export interface ClimbDeps {
  readonly clock: Pick<Clock, "now">;
  readonly host: Pick<AdapterHost, "notify">;
  readonly records: LadderRecords;
  rules(): MeRules;
  presence(pane?: SessionRecord["pane"]): Promise<Presence>;
  /** An adapter has it. */
  onSent(matter: Matter, adapter: string): void;
  /** All of the list were told, or could not be, and nobody answered. */
  onEnded(matter: Matter, climbed: readonly ClimbedRung[]): void;
  onError(error: unknown, doing: string): void;
}

/** Quiet hours may be set to others meanwhile, a channel may be resumed. */
const lookAgainMs = 30_000;
/** What could not be done is tried again after this; where the human is, is looked at as often. */
const againMs = 1000;

/** A ladder where nothing was begun. */
export function newRecord({ event, about }: Matter): LadderRecord {
  return { about, event: withoutBodies(event), climbed: [], isEnded: false };
}

/** Goes on where the record stands. Each change is stored before what follows from it is done. */
export function climbOf(deps: ClimbDeps, begun: LadderRecord): Climb {
  let record = begun;
  const { about, event } = begun;
  const leaving = new AbortController();
  const underWay = new Map<string, Promise<void>>();
  const notBefore = new Map<string, number>();
  const inLane = laneByKey();
  const save = () => inLane("record", () => deps.records.save(record));
  const put = (rung: ClimbedRung) => {
    const isThere = record.climbed.some(({ adapter }) => adapter === rung.adapter);
    const climbed = record.climbed.map((each) => (each.adapter === rung.adapter ? rung : each));
    record = { ...record, climbed: isThere ? climbed : [...climbed, rung] };
  };
  /** One piece of work of a name at a time; a failure is another try. */
  const launch = (name: string, work: () => Promise<void>) => {
    if (leaving.signal.aborted || underWay.has(name) || deps.clock.now() < (notBefore.get(name) ?? 0)) return;
    const running = work()
      .catch((error: unknown) => {
        if (!isRetryableError(error)) deps.onError(error, `escalating ${event.kind} ${event.id}`);
      })
      .finally(() => underWay.delete(name));
    notBefore.set(name, deps.clock.now() + againMs);
    underWay.set(name, running);
  };
  const climb = async (matter: Matter, rung: ClimbedRung) => {
    await save();
    const { adapter } = rung;
    const how = { isResolved: false, signal: leaving.signal };
    const told = await deps.host.notify(adapter, matter.event, how).catch(failedBy(deps.clock.now()));
    if ("untilMs" in told) notBefore.set(adapter, nextLook(told.untilMs, deps.clock.now()));
    const next = afterNotice(rung, told, deps.clock.now());
    if (next === rung) return;
    put(next);
    await save();
    if (next.state === "sent") deps.onSent(matter, adapter);
  };
  const begin = (adapter: string) => {
    if (leaving.signal.aborted) return;
    put({ adapter, state: "trying", sinceMs: deps.clock.now() });
    record = { ...record, isEnded: false };
  };
  const decide = async (matter: Matter) => {
    const presence = await deps.presence(matter.pane);
    const verdict = firstRung(factsOf(deps, matter, record), presence);
    if (verdict.type === "begin") begin(verdict.adapter);
    tryAll(matter);
  };
  const end = async (matter: Matter) => {
    if (record.isEnded) return;
    await inLane("record", () => deps.records.save({ ...record, isEnded: true }));
    record = { ...record, isEnded: true };
    deps.onEnded(matter, record.climbed);
  };
  const tryAll = (matter: Matter) => {
    const open = record.climbed.filter(({ state }) => state === "trying" || state === "held");
    for (const rung of open) launch(rung.adapter, () => climb(matter, rung));
  };
  return {
    about,
    event,
    isEnded: () => record.isEnded,
    look: (matter) => {
      if (leaving.signal.aborted || deps.rules().via.length === 0) return;
      const verdict = nextRung(factsOf(deps, matter, record));
      if (verdict.type === "begin") begin(verdict.adapter);
      if (verdict.type === "first") launch(" first", () => decide(matter));
      if (verdict.type === "ended") launch(" end", () => end(matter));
      tryAll(matter);
    },
    over: async (signal) => {
      leaving.abort();
      await Promise.all(underWay.values());
      return withdraw(deps, record, signal);
    },
  };
}

function nextLook(untilMs: number, nowMs: number): number {
  return Math.min(untilMs, nowMs + lookAgainMs);
}

function factsOf({ rules, clock }: ClimbDeps, matter: Matter, record: LadderRecord): LadderFacts {
  const { via, escalateAfterMs } = rules();
  return { via, escalateAfterMs, climbed: record.climbed, sinceMs: matter.sinceMs, nowMs: clock.now() };
}
