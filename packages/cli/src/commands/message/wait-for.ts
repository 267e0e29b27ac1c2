import { FleetError, type Receipt, sanitise, type Stage } from "@fleetbus/core";
import type { PublishAnswer } from "@fleetbus/core/api";
import { formatDuration } from "../../command/duration.ts";
import type { Context } from "../../command/context.ts";
import { printJson } from "../../output/json.ts";
import { followStages, type Followed } from "./follow-stages.ts";

/** What to wait for. `timeoutMs` defaults to ten minutes. */
export interface Wait {
  readonly until: Stage;
  readonly timeoutMs: number | undefined;
  readonly json: boolean;
}

const defaultTimeoutMs = 600_000;

/**
 * Stays until every mailbox that the message went to has reached the stage, telling each receipt on stderr; then prints
 * the result. Rejects with `pending` at the timeout, `refused` or `failed` where the message ended before.
 */
export async function waitFor(answer: PublishAnswer, wait: Wait, context: Context): Promise<void> {
  const followed = await follow(answer, wait, context);
  if (wait.json) await printJson(context, { ...answer, ...resultOf(followed), receipts: followed.receipts });
  else if (followed.missing.length === 0) await printResult(answer, followed, context);
  if (followed.missing.length > 0) throw notReached(answer, wait, followed);
}

/** The same without printing a result: for `ask`, which prints the answer instead. */
export async function follow(answer: PublishAnswer, wait: Wait, context: Context): Promise<Followed> {
  const timeoutMs = wait.timeoutMs ?? defaultTimeoutMs;
  const storedAt = context.world.clock.now();
  const tell = (receipt: Receipt) => context.say(stageLine(receipt, storedAt));
  if (answer.stage === "spooled") return { receipts: [], reached: [], missing: answer.to };
  await context.say(`${answer.stage.padEnd(9)} +0 ms  ${answer.to.join(", ")}`);
  return followStages({ answer, until: wait.until, timeoutMs, tell }, context);
}

/** Why the stage was not reached. */
export function notReached(answer: PublishAnswer, wait: Wait, { receipts, missing }: Followed): FleetError {
  const last = receipts.findLast((receipt) => missing.includes(addressOf(receipt)));
  const stage = last?.stage ?? answer.stage;
  const about = `waiting for ${wait.until} of message ${answer.id} to ${missing.join(", ")}`;
  const details = { id: answer.id, stage };
  if (stage === "refused")
    return new FleetError("refused", `${about}: refused: ${last?.reason ?? "no reason given"}`, { details });
  if (stage === "expired" || stage === "cancelled" || stage === "dead") {
    return new FleetError("failed", `${about}: it is ${stage}${last?.reason ? `: ${last.reason}` : ""}`, {
      details,
    });
  }
  const within = stage === "spooled" ? "" : ` after ${formatDuration(wait.timeoutMs ?? defaultTimeoutMs)}`;
  return new FleetError("pending", `${about}: it is ${stage}${within}; fleet trace ${answer.id} tells more`, {
    details,
  });
}

function stageLine(receipt: Receipt, storedAt: number): string {
  const ms = Math.max(0, Date.parse(receipt.time) - storedAt);
  const facts = [
    receipt.rung,
    receipt.proof && `proof: ${receipt.proof}`,
    receipt.outcome,
    receipt.reason,
  ].filter(Boolean);
  return sanitise(
    `${receipt.stage.padEnd(9)} +${formatDuration(ms)}  ${addressOf(receipt)}  ${facts.join("  ")}`.trimEnd(),
  );
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
