import { FleetError, type CheckResult } from "@fleetbus/core";
import type { Context } from "../../command/context.ts";
import { defineCommand } from "../../command/define.ts";
import { json } from "../../command/flags.ts";
import { printJson } from "../../output/json.ts";
import { configChecks, hookChecks, nodeChecks, tmuxChecks } from "../../doctor/machine-checks.ts";
import { daemonChecks } from "../../doctor/daemon-checks.ts";

/** `fleet doctor` */
export const doctor = defineCommand({
  about:
    "Checks everything that fleet stands on, and says for each thing that is wrong what to do. Changes nothing, starts nothing; exit 1 when something is wrong.",
  args: {},
  flags: { json },
  examples: [{ line: "fleet doctor", about: "when something does not arrive" }],
  async run({ json: isJson }, context) {
    const items = await allChecks(context);
    const failed = items.filter((check) => !check.isOk);
    if (isJson) await printJson(context, { items });
    else for (const check of items) await context.print(lineOf(check));
    if (failed.length > 0)
      throw new FleetError(
        "failed",
        `checking this machine: ${failed.length} of ${items.length} checks failed`,
      );
  },
});

async function allChecks(context: Context): Promise<readonly CheckResult[]> {
  const groups = [nodeChecks, configChecks, daemonChecks, hookChecks, tmuxChecks];
  const results: CheckResult[] = [];
  for (const group of groups) results.push(...(await group(context)));
  return results;
}

function lineOf({ isOk, text, way }: CheckResult): string {
  return `${isOk ? "ok  " : "FAIL"}  ${text}${isOk || way === undefined ? "" : `\n      → ${way}`}`;
}
