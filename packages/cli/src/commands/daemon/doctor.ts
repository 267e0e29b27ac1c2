import { FleetError, type CheckResult } from "@fleetbus/core";
import type { Context } from "../../command/context.ts";
import { defineCommand } from "../../command/define.ts";
import { json, text, toggle } from "../../command/flags.ts";
import { printJson } from "../../output/json.ts";
import { configChecks, hookChecks, nodeChecks, tmuxChecks } from "../../doctor/machine-checks.ts";
import { daemonChecks } from "../../doctor/daemon-checks.ts";

/** `fleet doctor` */
export const doctor = defineCommand({
  about:
    "Checks everything that fleet stands on, and says for each thing that is wrong what to do. Changes nothing, starts nothing; exit 1 when something is wrong.",
  args: {},
  flags: {
    security: toggle("--security", "which guarantees the server enforces, and which rest on good manners"),
    wake: text("--wake <session>", "how this session could be woken now, and what is in the way"),
    json,
  },
  examples: [
    { line: "fleet doctor", about: "when something does not arrive" },
    { line: "fleet doctor --wake web", about: "when web sleeps on" },
    { line: "fleet doctor --security", about: "who could say what under which name" },
  ],
  async run({ security, wake, json: isJson }, context) {
    if (security && wake !== undefined)
      throw new FleetError("usage", "checking: give --security or --wake, not both");
    if (security) return (await import("../../doctor/show-security.ts")).showSecurity(isJson, context);
    if (wake !== undefined)
      return (await import("../../doctor/show-wake.ts")).showWake(wake, isJson, context);
    const items = await allChecks(context);
    const failed = items.filter((check) => !check.isOk);
    if (isJson) await printJson(context, { items });
    else for (const check of items) await context.print(renderCheck(check));
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

function renderCheck({ isOk, text, way }: CheckResult): string {
  return `${isOk ? "ok  " : "FAIL"}  ${text}${isOk || way === undefined ? "" : `\n      → ${way}`}`;
}
