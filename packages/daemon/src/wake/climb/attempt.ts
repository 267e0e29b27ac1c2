import { randomBytes } from "node:crypto";
import { silenceOf, type Address, type Rung, type WakeAttempt } from "@fleetbus/core";
import { isCurrent, mayProve, type Climb } from "./climb.ts";
import { rungRules, typedProofMs, type AttemptResult, type PlannerDeps } from "./plan.ts";
import { ringOrTimeout } from "./ring-or-timeout.ts";

/** How an attempt is made. */
export interface How {
  readonly rung: Rung;
  readonly isRetry: boolean;
  /** Text of an earlier attempt may stand in the composer: with the same nonce it is known again, and not a stranger's draft. */
  readonly isBegun: boolean;
}

/** One attempt on one rung, up to its proof or its deadline; undefined when it is no longer wanted. */
export async function attempt(deps: PlannerDeps, climb: Climb, how: How): Promise<AttemptResult | undefined> {
  const { name } = climb.record;
  if (!(await mayAfford(deps, climb))) return undefined;
  await deps.listen(name);
  const silence = silenceOf(deps.session(name));
  if (silence !== undefined)
    return { how: "skipped", reason: `${silence.what}: ${silence.way}`, hasActed: false };
  if (!isCurrent(deps, climb)) return undefined;
  const wakeful = deps.wakeful(name);
  if (!how.isBegun) climb.nonce = randomBytes(8).toString("hex");
  climb.rungOf.set(climb.nonce, how.rung);
  Object.assign(climb, { result: undefined, isTyped: false, isMade: false });
  await deps.publish(attemptOf(deps, climb, how));
  const result = await outcome(deps, climb, how.rung);
  if (result !== undefined) deps.onResult(result.how === "proved" ? result.rung : how.rung, result.how);
  if (result?.how === "proved" || result?.how === "silent") spend(deps, name);
  if (result?.how === "proved") deps.woken(wakeful, result.rung);
  return result;
}

/** Waits until the budgets allow one more wake; false when it is no longer wanted then. */
async function mayAfford(deps: PlannerDeps, climb: Climb): Promise<boolean> {
  const { perSession, perFleet } = deps;
  for (;;) {
    if (!isCurrent(deps, climb)) return false;
    const wait = Math.max(perSession.freeIn(climb.record.name), perFleet.freeIn("fleet"));
    if (wait === 0) return true;
    await ringOrTimeout(climb.bell, Math.min(wait, 60_000));
  }
}

async function outcome(deps: PlannerDeps, climb: Climb, rung: Rung): Promise<AttemptResult | undefined> {
  const { clock } = deps;
  const { deadlineMs, proofMs = typedProofMs } = rungRules[rung];
  let proofBy = clock.monotonic() + deadlineMs;
  for (;;) {
    if (climb.result !== undefined) return climb.result;
    if (!mayProve(deps, climb)) return undefined;
    if (climb.isTyped) proofBy = Math.min(proofBy, clock.monotonic() + proofMs);
    climb.isTyped = false;
    const left = proofBy - clock.monotonic();
    if (left <= 0) return { how: "silent" };
    await ringOrTimeout(climb.bell, left);
  }
}

/** Only what was done costs: an attempt that chose not to act is free. */
function spend({ perSession, perFleet }: PlannerDeps, name: string): void {
  perSession.spend(name);
  perFleet.spend("fleet");
}

function attemptOf(deps: PlannerDeps, { record, nonce }: Climb, { rung, isRetry }: How): WakeAttempt {
  const { clock, machine } = deps;
  const to: Address = { machine, session: record.name };
  const body = rung === "pty" ? deps.body?.(record, deps.wakeful(record.name)) : undefined;
  return {
    to,
    rung,
    nonce,
    idleGeneration: record.idleGeneration,
    deadline: new Date(clock.now() + rungRules[rung].deadlineMs).toISOString(),
    text: deps.text(record, deps.wakeful(record.name), nonce),
    cli: record.cli,
    isRetry,
    ...(record.cliSession === undefined ? {} : { cliSession: record.cliSession }),
    ...(record.pid === undefined ? {} : { pid: record.pid }),
    ...(record.pane === undefined ? {} : { pane: record.pane }),
    ...(record.pty === undefined ? {} : { pty: record.pty }),
    idleSince: record.stateSince,
    ...(body === undefined ? {} : { body }),
    ...(record.messagingSocket === undefined ? {} : { messagingSocket: record.messagingSocket }),
  };
}
