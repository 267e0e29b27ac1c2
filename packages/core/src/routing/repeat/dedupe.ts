import type { FleetEvent } from "../../event/event.ts";
import { stateChangeOf } from "./states.ts";

/** One state that an adapter was told of. */
export interface Told {
  /** The event that told. */
  readonly id: string;
  /** Its sequence in EVENTS. */
  readonly seq: number;
  readonly state: string;
  /** The event's own time. */
  readonly atMs: number;
  /** The event by which it was over, once that is known. */
  readonly endedBy?: string;
}

/** What one adapter was told of one session, oldest first; bounded. */
export type ToldList = readonly Told[];

/** An event with its place in the stream. */
export interface Placed {
  readonly event: FleetEvent;
  readonly seq: number;
}

/** How an adapter deals with repetitions. */
export interface DedupeRules {
  readonly windowMs: number;
  /** Whether it tells that a state is over. */
  readonly isResolving: boolean;
  /** Whether its route takes the event; one that it does not take is there for resolving only. */
  readonly isTaken: boolean;
}

/**
 * What to do with an event: `tell` (with the list to remember; `resolves` names the state that is over), `skip` with a
 * reason, or `compare`: it repeats a state that was told within the window, and is a repetition unless the session was
 * in another one in between. Whoever asks looks that up in EVENTS after `sinceSeq`, and answers with `again`.
 */
export type DedupeVerdict =
  | { readonly type: "tell"; readonly list: ToldList; readonly resolves?: Told }
  | { readonly type: "skip"; readonly reason: string }
  | { readonly type: "compare"; readonly sinceSeq: number; readonly again: DedupeVerdict };

const maxTold = 16;

/** Judges by state, not by event (per session). The same event again gets the same answer: pure, and made for retries. */
export function dedupe(told: ToldList, { event, seq }: Placed, rules: DedupeRules): DedupeVerdict {
  const change = stateChangeOf(event);
  const known = told.find(({ id }) => id === event.id);
  const ended = told.find(({ endedBy }) => endedBy === event.id);
  if (known !== undefined || ended !== undefined)
    return { type: "tell", list: told, ...(ended === undefined ? {} : { resolves: ended }) };
  const open = told.findLast(
    (each) => change?.ends.includes(each.state) === true && each.seq < seq && each.endedBy === undefined,
  );
  const isResolving = open !== undefined && rules.isResolving;
  if (!rules.isTaken && !isResolving)
    return { type: "skip", reason: "no state that it was told of is over by it" };
  const atMs = Date.parse(event.time);
  const closed = isResolving
    ? told.map((each) => (each === open ? { ...each, endedBy: event.id } : each))
    : told;
  const entry =
    change === undefined || !rules.isTaken ? [] : [{ id: event.id, seq, state: change.state, atMs }];
  const tell: DedupeVerdict = {
    type: "tell",
    list: [...closed, ...entry].slice(-maxTold),
    ...(isResolving ? { resolves: open } : {}),
  };
  const last = told.findLast(({ state }) => state === change?.state);
  const isRepeat = last !== undefined && atMs - last.atMs < rules.windowMs && last.seq < seq && !isResolving;
  return isRepeat ? { type: "compare", sinceSeq: last.seq, again: tell } : tell;
}

/** Forgets that a state was told: what ended in the dead letters was not. */
export function untold(told: ToldList, id: string): ToldList {
  return told.filter((each) => each.id !== id);
}
