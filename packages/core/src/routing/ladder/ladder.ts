/** One of `me.via`, the first to try first. */
export interface LadderRung {
  /** The adapter's name in the machine's config. */
  readonly adapter: string;
  /** It shows what it is sent on this machine (a toast). */
  readonly isLocal: boolean;
}

/** Where the human is: before the very pane that something waits in, at this machine, or nobody knows where. */
export type Presence = "watching" | "here" | "away";

/** A rung that was begun. Times are milliseconds since 1970. */
export interface Climbed {
  readonly adapter: string;
  /** `held`: by quiet hours; `trying`: the far side is not there; `failed`: it will never be sent. */
  readonly state: "held" | "trying" | "sent" | "failed";
  /** From when its time counts: its first try, its send, or its release from quiet hours. */
  readonly sinceMs: number;
}

/** What is known when it is asked how to go on. */
export interface LadderFacts {
  readonly via: readonly LadderRung[];
  readonly escalateAfterMs: number;
  /** In the order in which they were begun. */
  readonly climbed: readonly Climbed[];
  /** Since when the human is waited for. */
  readonly sinceMs: number;
  readonly nowMs: number;
}

/** How to go on. */
export type LadderVerdict =
  | { readonly type: "begin"; readonly adapter: string }
  /** Where the human is decides: `begin` by what `firstRung` says. */
  | { readonly type: "first" }
  /** Nothing to begin before then; without a time not before the last one is settled. */
  | { readonly type: "wait"; readonly untilMs?: number }
  | { readonly type: "ended" };

/** How long until the next of `me.via` where the config does not say. */
export const defaultEscalateMs = 5 * 60_000;

/**
 * How to go on with something that waits for the human and is not acknowledged (DESIGN §11 `me`). Pure. One rung at a
 * time, in the order of `via`: the next one when the last one's time is over, at once where it failed for good; what
 * quiet hours hold counts its time from its release. A rung that was passed over at the first step is not gone back to.
 */
export function nextRung(facts: LadderFacts): LadderVerdict {
  const last = facts.climbed.at(-1);
  if (last === undefined) return facts.via.length === 0 ? { type: "ended" } : { type: "first" };
  if (last.state === "held") return { type: "wait" };
  const untilMs = last.sinceMs + facts.escalateAfterMs;
  if (last.state !== "failed" && facts.nowMs < untilMs) return { type: "wait", untilMs };
  const next = restOf(facts, last.adapter)[0];
  return next === undefined ? { type: "ended" } : { type: "begin", adapter: next.adapter };
}

/**
 * The first step, by where the human is: before that very pane nothing, until its time is over; at the machine the first
 * local rung; away the first that is not. Where `via` has none of that sort, its first.
 */
export function firstRung(facts: Omit<LadderFacts, "climbed">, presence: Presence): LadderVerdict {
  const untilMs = facts.sinceMs + facts.escalateAfterMs;
  if (presence === "watching" && facts.nowMs < untilMs) return { type: "wait", untilMs };
  const isLocal = presence !== "away";
  const first = facts.via.find((rung) => rung.isLocal === isLocal) ?? facts.via[0];
  return first === undefined ? { type: "ended" } : { type: "begin", adapter: first.adapter };
}

/** A config that changed meanwhile may not name the last one any more: then all that were not begun are left. */
function restOf({ via, climbed }: LadderFacts, last: string): readonly LadderRung[] {
  const after = via.slice(via.findIndex(({ adapter }) => adapter === last) + 1);
  return after.filter(({ adapter }) => climbed.every((each) => each.adapter !== adapter));
}
