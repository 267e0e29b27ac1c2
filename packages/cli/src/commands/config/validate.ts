import { defineCommand } from "../../command/define.ts";
import { json, text } from "../../command/flags.ts";
import { printJson } from "../../output/json.ts";
import { resolve } from "node:path";
import { readConfigFile } from "../../settings/read-settings.ts";
import { FleetError, formatProblem, idleSettings, problemError, type LoadedConfig } from "@fleetbus/core";
import { templateProblems } from "@fleetbus/daemon";

/** `fleet config validate [file]` */
export const validate = defineCommand({
  about:
    "Checks fleet.toml: all problems at once, each with its place and the nearest valid key; exit 2 when there are any. What has no effect in this version is a warning.",
  args: { file: text("[file]", "another file than this machine's") },
  flags: { json },
  examples: [
    { line: "fleet config validate", about: "this machine's" },
    { line: "fleet config validate ./fleet.toml --json", about: "a file before it is put in place" },
  ],
  async run({ file, json: isJson }, context) {
    const path = file === undefined ? context.paths().configFile : resolve(context.world.cwd, file);
    const found = await readWhole(path).catch(async (error: unknown) => {
      const problems = error instanceof FleetError ? error.details["problems"] : undefined;
      if (isJson && problems !== undefined) await printJson(context, { file: path, problems });
      throw error;
    });
    if (found === undefined && file !== undefined)
      throw new FleetError("not_found", `reading ${path}: there is no such file`);
    const warnings = found === undefined ? [] : idleSettings(found);
    if (isJson) return printJson(context, { file: path, problems: [], warnings });
    for (const warning of warnings) await context.say(`warning: ${path}:${formatProblem(warning)}`);
    await context.say(
      found === undefined ? `no ${path}: every setting has its default` : `${path} is in order`,
    );
  },
});

/** With the adapters' templates, which an adapter of the daemon's would fail by. */
async function readWhole(path: string): Promise<LoadedConfig | undefined> {
  const found = await readConfigFile(path);
  const problems = found === undefined ? [] : templateProblems(found);
  if (found !== undefined && problems.length > 0) throw problemError(found.file, problems);
  return found;
}
