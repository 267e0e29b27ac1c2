import { defineCommand } from "../../command/define.ts";
import { json, text, toggle } from "../../command/flags.ts";
import { printJson } from "../../output/json.ts";
import { resolve } from "node:path";
import { checkConfig } from "../../settings/check-config.ts";
import { FleetError, formatProblem, idleSettings } from "@fleetbus/core";

/** `fleet config validate [file]` */
export const validate = defineCommand({
  about:
    "Checks fleet.toml: all problems at once, each with its place and the nearest valid key; exit 2 when there are any. The adapters that it names by path or package are loaded, and the secrets that it names are looked for. What has no effect in this version is a warning.",
  args: { file: text("[file]", "another file than this machine's") },
  flags: {
    withoutSecrets: toggle(
      "--without-secrets",
      "do not ask whether secrets are there: it is another machine's file",
    ),
    json,
  },
  examples: [
    { line: "fleet config validate", about: "this machine's" },
    { line: "fleet config validate ./fleet.toml --json", about: "a file before it is put in place" },
  ],
  async run({ file, withoutSecrets, json: isJson }, context) {
    const path = file === undefined ? context.paths().configFile : resolve(context.world.cwd, file);
    const options = { hasSecrets: !withoutSecrets, env: context.world.env };
    const found = await checkConfig(path, options).catch(async (error: unknown) => {
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
