import { formatElapsed, formatTokens } from "@fleetbus/core";
import type { TraceAnswer, WakeAccount } from "@fleetbus/core/api";
import { defineCommand } from "../../command/define.ts";
import { json, text } from "../../command/flags.ts";
import { printJson } from "../../output/json.ts";
import { lineOf } from "../../output/line.ts";
import type { Column } from "../../output/table.ts";

/** `fleet trace [id]` */
export const trace = defineCommand({
  about:
    "Shows every stage that a message went through: milliseconds since it was stored, the rung that woke, the proof, and what the turn cost that fleet woke for it.",
  args: {
    id: text("[id]", "the message, or the end of its id; absent: the last one sent from this machine"),
  },
  flags: { json },
  examples: [
    { line: "fleet trace", about: "the last message" },
    { line: "fleet trace 8x2k --json", about: "every receipt for a script" },
  ],
  async run({ id, json: isJson }, context) {
    const answer = await context.api().trace(id ?? "last");
    if (isJson) return printJson(context, answer);
    const { renderTable } = await import("../../output/table.ts");
    if (answer.message !== undefined) await context.print(headOf(answer.message));
    await context.print(renderTable(columns, answer.stages));
    for (const wake of answer.wakes ?? []) await context.print(costOf(wake));
  },
});

type Step = TraceAnswer["stages"][number];

const columns: readonly Column<Step>[] = [
  { title: "STAGE", show: (step) => step.stage },
  { title: "MS", show: (step) => step.sinceStoredMs },
  { title: "TO", show: (step) => `${step.to.machine}/${step.to.session}` },
  { title: "RUNG", show: (step) => step.rung },
  { title: "PROOF", show: (step) => step.proof },
  { title: "OUTCOME", show: (step) => step.outcome },
  {
    title: "NOTE",
    show: (step) =>
      step.reason ?? (step.offers !== undefined && step.offers > 1 ? `offer ${step.offers}` : step.reply),
  },
];

function headOf(message: NonNullable<TraceAnswer["message"]>): string {
  const { id, from, to, kind, subject, body, time } = message;
  const about = subject ?? (body.length > 60 ? `${body.slice(0, 60)}…` : body);
  return lineOf([
    id,
    `${kind} of ${from.machine}/${from.session} to ${to.machine}/${to.session}`,
    time,
    about,
  ]);
}

function costOf({ session, rung, durationMs, outcome, tokens }: WakeAccount): string {
  const cost = tokens === undefined ? "its CLI does not tell what that cost" : formatTokens(tokens);
  return lineOf([`${session} woken by ${rung}: ${formatElapsed(durationMs)}`, cost, outcome]);
}
