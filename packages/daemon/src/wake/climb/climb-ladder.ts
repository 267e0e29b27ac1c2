import { silenceOf, type Rung, type SessionRecord } from "@fleetbus/core";
import { attempt } from "./attempt.ts";
import type { Climb } from "./climb.ts";
import { excuse, type Excuse } from "./excuse.ts";
import { rungRules, type PlannerDeps } from "./plan.ts";

/** From a session's start until all of its ways to be woken are there. */
const startMs = 400;

/** Tries rung after rung. Undefined when it is awake or need not be; else why it still sleeps. */
export async function climbLadder(deps: PlannerDeps, climb: Climb): Promise<string | undefined> {
  const { record } = climb;
  const reasons: string[] = [];
  await letStart(deps, record);
  for (const rung of deps.rungs(record)) {
    const reason = await tryRung(deps, climb, rung);
    if (reason === undefined) return undefined;
    reasons.push(`${rung}: ${reason}`);
    if (silenceOf(deps.session(record.name)) !== undefined) break;
  }
  return reasons.length > 0 ? reasons.join("; ") : noWay(deps.session(record.name));
}

/** A session that has just started gets its waiting hook in a moment: better than typing into a screen that is being drawn. */
async function letStart({ clock }: PlannerDeps, { startedAt }: SessionRecord): Promise<void> {
  const age = clock.now() - Date.parse(startedAt);
  if (age >= 0 && age < startMs) await clock.sleep(startMs - age);
}

/** Undefined when it is awake or need not be; else why this rung did not wake it. */
async function tryRung(deps: PlannerDeps, climb: Climb, rung: Rung): Promise<string | undefined> {
  const { deadlineMs, tries } = rungRules[rung];
  let tell: Excuse | undefined;
  let isRetry = false;
  let isBegun = false;
  for (let number = 1; number <= tries;) {
    const startedAt = deps.clock.monotonic();
    const result = await attempt(deps, climb, { rung, isRetry, isBegun });
    if (result === undefined || result.how === "proved") return undefined;
    isRetry = result.how === "silent";
    isBegun = isRetry || (result.how === "skipped" && result.hasActed);
    if (result.how === "silent") number += 1;
    else if (deps.clock.monotonic() - startedAt < 0.9 * deadlineMs) {
      if (!result.hasActed || number === tries) return result.reason;
      number += 1;
    }
    // The way was not free for the whole time: it is tried again for as long as the mail waits, and the sender learns why.
    else {
      tell ??= excuse(`${rung}: ${result.reason}; it is tried again`, deps.asleep);
      tell(deps.wakeful(climb.record.name));
    }
  }
  return "no prompt came of it";
}

/** What its senders are told where no rung was open. */
function noWay(record: SessionRecord | undefined): string {
  const silence = silenceOf(record);
  return `there is no way to wake it${silence === undefined ? "" : `: ${silence.what}: ${silence.way}`}`;
}
