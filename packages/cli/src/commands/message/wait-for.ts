import { FleetError, type Receipt, sanitise, sanitiseLine, type Stage } from "@fleetbus/core";
import type { PublishAnswer } from "@fleetbus/core/api";
import { formatDuration } from "../../command/duration.ts";
import type { Context } from "../../command/context.ts";
import { printJson } from "../../output/json.ts";
import { lineOf } from "../../output/line.ts";
import { followStages, isTurnEnd, type Followed } from "./follow-stages.ts";
import type { Published } from "./publish.ts";

/** What to wait for. `timeoutMs` defaults to ten minutes. */
export interface Wait {
  readonly until: Stage;
  readonly timeoutMs: number | undefined;
  readonly json: boolean;
}

const defaultTimeoutMs = 600_000;

/**
 * Stays until every mailbox that the message went to has reached the stage, telling each receipt on stderr; then prints
 * the result. Rejects with `pending` at the timeout, `refused` or `failed` where the message ended before, or a turn without
 * the reply that was waited for.
 */
export async function waitFor(published: Published, wait: Wait, context: Context): Promise<void> {
  const { answer } = published;
  const followed = await follow(published, wait, context);
  if (wait.json) await printJson(context, { ...answer, ...resultOf(followed), receipts: followed.receipts });
  else if (followed.missing.length === 0) await printResult(answer, followed, context);
  if (followed.missing.length > 0) throw notReached(published, wait, followed);
}

/** The same without printing a result: for `ask`, which prints the answer instead. */
export async function follow(
  { answer, isByDaemon }: Published,
  wait: Wait,
  context: Context,
): Promise<Followed> {
  await context.say(lineOf([answer.stage.padEnd(9), "+0 ms", answer.to.join(", ")]));
  if (!isByDaemon) return { receipts: [], reached: [], missing: answer.to };
  const tell = (receipt: Receipt, sinceMs: number) => context.say(stageLine(receipt, sinceMs));
  return followStages(
    { answer, until: wait.until, timeoutMs: wait.timeoutMs ?? defaultTimeoutMs, tell },
    context,
  );
}

/** Why the stage was not reached. */
export function notReached(
  { answer, isByDaemon }: Published,
  wait: Wait,
  { receipts, missing }: Followed,
): FleetError {
  const last = receipts.findLast((receipt) => missing.includes(addressOf(receipt)));
  const stage = last?.stage ?? answer.stage;
  const about = `waiting for ${wait.until} of message ${answer.id} to ${missing.join(", ")}`;
  const context = { details: { id: answer.id, stage } };
  const reason = last?.reason ? `: ${last.reason}` : "";
  if (stage === "refused") return new FleetError("refused", `${about}: it is refused${reason}`, context);
  if (stage === "expired" || stage === "cancelled" || stage === "dead") {
    return new FleetError("failed", `${about}: it is ${stage}${reason}`, context);
  }
  if (wait.until === "replied" && last !== undefined && isTurnEnd(last)) {
    const words = sanitiseLine(last.lastText ?? "", { maxBytes: 300 });
    const said = words === "" ? "" : `; its last words: ${words}`;
    return new FleetError("failed", `${about}: the turn that read it ended without a reply${said}`, context);
  }
  const why = last?.reason ? ` (${last.reason})` : "";
  const within = isByDaemon
    ? ` after ${formatDuration(wait.timeoutMs ?? defaultTimeoutMs)}`
    : ", and without the daemon nobody sees more";
  return new FleetError(
    "pending",
    `${about}: it is ${stage}${why}${within}; fleet trace ${answer.id} tells more`,
    context,
  );
}

function stageLine(receipt: Receipt, sinceMs: number): string {
  const { stage, rung, proof, outcome, reason } = receipt;
  return lineOf([
    stage.padEnd(9),
    `+${formatDuration(sinceMs)}`,
    addressOf(receipt),
    rung,
    proof && `proof: ${proof}`,
    outcome,
    reason,
  ]);
}

function resultOf({ reached, receipts }: Followed): object {
  const [last] = reached;
  const rung = receipts.find((receipt) => receipt.rung !== undefined)?.rung;
  const outcome = reached.find((receipt) => receipt.outcome !== undefined)?.outcome;
  const lastText = reached.find((receipt) => receipt.lastText !== undefined)?.lastText;
  return {
    ...(last && { stage: last.stage }),
    ...(rung && { rung }),
    ...(outcome && { outcome }),
    ...(lastText && { lastText }),
  };
}

async function printResult(
  answer: PublishAnswer,
  { reached, receipts }: Followed,
  context: Context,
): Promise<void> {
  for (const receipt of reached) {
    const rung = receipts.find(
      (each) => addressOf(each) === addressOf(receipt) && each.rung !== undefined,
    )?.rung;
    const facts = [rung && `woken by ${rung}`, receipt.outcome && `outcome ${receipt.outcome}`]
      .filter(Boolean)
      .join(", ");
    await context.print(
      `${answer.id}  ${receipt.stage}  ${addressOf(receipt)}${facts === "" ? "" : `  ${facts}`}`,
    );
    if (receipt.lastText !== undefined) await context.print(sanitise(receipt.lastText));
  }
}

function addressOf({ to }: Receipt): string {
  return `${to.machine}/${to.session}`;
}
