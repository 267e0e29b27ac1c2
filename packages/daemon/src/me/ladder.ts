import type { Clock, FleetEvent } from "@fleetbus/core";
import { isRetryableError } from "./settle.ts";
import { climbOf, newRecord, type Climb, type ClimbDeps } from "./climb.ts";
import type { About, Matter } from "./matter.ts";

/** What waits for the human now. */
export interface Waiting {
  readonly matters: readonly Matter[];
  /** Whether a matter that is not among them is over; else it may be open all the same. Never rejects. */
  isOver(about: About, event: FleetEvent): Promise<boolean>;
}

/** What the ladders of a machine work with. */
export interface LadderDeps extends ClimbDeps {
  /** Rejects with `unavailable`. */
  waiting(): Promise<Waiting>;
  /** Between two looks while nothing waits; the clock itself unless given. */
  readonly pace?: Pick<Clock, "sleep">;
  readonly clock: ClimbDeps["clock"] & Pick<Clock, "sleep">;
}

/** What waits for the human of a machine, in numbers. */
export interface MeView {
  readonly waiting: number;
  /** Those whom all of `me.via` were told of, and nobody answered. */
  readonly unanswered: number;
}

/** Whatever waits for the human, escalated through `me.via` (DESIGN §11). */
export interface MeLadder {
  view(): MeView;
  /** Until the signal aborts. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

/** While something waits. */
const lookEveryMs = 500;
const idleLookMs = 1000;
/** Who asked may be reading the answer at a terminal: `fleet ask` takes it then. */
const replyGraceMs = 2000;
/** What has lain there longer when it is first seen is no news: it is shown, and nobody is paged. */
const newsMs = 3 * 24 * 60 * 60 * 1000;

/** The ladders of one machine: nothing runs yet. */
export function meLadder(deps: LadderDeps): MeLadder {
  const climbs = new Map<string, Climb>();
  const ending = new Set<string>();
  let open: ReadonlySet<string> = new Set();
  /** What is in the human's own inbox, or asked of them. */
  let mine: readonly string[] = [];
  const end = async (id: string, climb: Climb, signal: AbortSignal) => {
    if (ending.has(id)) return;
    ending.add(id);
    try {
      if (await climb.over(signal)) climbs.delete(id);
    } catch (error) {
      if (!isRetryableError(error)) deps.onError(error, "withdrawing what is over");
    } finally {
      ending.delete(id);
    }
  };
  const look = async (signal: AbortSignal) => {
    const { matters, isOver } = await deps.waiting();
    for (const matter of matters) {
      const { id } = matter.event;
      const climb =
        climbs.get(id) ?? (isNews(matter, deps.clock.now()) ? climbOf(deps, newRecord(matter)) : undefined);
      if (climb === undefined) continue;
      climbs.set(id, climb);
      climb.look(matter);
    }
    open = new Set(matters.map(({ event }) => event.id));
    mine = matters.flatMap(({ about, event }) => (about === "sleeper" ? [] : [event.id]));
    for (const [id, climb] of climbs)
      if (!open.has(id) && (await isOver(climb.about, climb.event))) void end(id, climb, signal);
  };
  const pause = (signal: AbortSignal) =>
    open.size + climbs.size > 0
      ? deps.clock.sleep(lookEveryMs, signal)
      : (deps.pace ?? deps.clock).sleep(idleLookMs, signal);
  const restore = async () => {
    for (const record of await deps.records.load()) climbs.set(record.event.id, climbOf(deps, record));
  };
  return {
    view: () => ({
      waiting: mine.length,
      unanswered: mine.filter((id) => climbs.get(id)?.isEnded() === true).length,
    }),
    run: async (signal) => {
      let isRestored = false;
      while (!signal.aborted) {
        try {
          if (!isRestored) await restore();
          isRestored = true;
          await look(signal);
        } catch (error) {
          if (!isRetryableError(error)) deps.onError(error, "looking at what waits for the human");
        }
        await pause(signal).catch(() => undefined); // aborted: the loop ends
      }
    },
  };
}

function isNews({ message, sinceMs }: Matter, nowMs: number): boolean {
  const ageMs = nowMs - sinceMs;
  return message === undefined || (ageMs < newsMs && (message.kind !== "reply" || ageMs >= replyGraceMs));
}
