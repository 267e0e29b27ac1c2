import { resolve } from "node:path";
import { FleetError } from "@fleetbus/core";
import { text, toggle } from "../../command/flags.ts";
import type { Values } from "../../command/define.ts";
import type { Context } from "../../command/context.ts";
import { hookableClis, type HookableCli } from "../../clis/found.ts";

/** Which CLIs a hooks command is about, and in which file. */
export const cliFlags = {
  claude: toggle("--claude", "Claude Code, and no CLI that is not named too"),
  codex: toggle("--codex", "Codex"),
  gemini: toggle("--gemini", "Gemini CLI"),
  grok: toggle("--grok", "Grok Build"),
  all: toggle("--all", "every CLI that fleet has hooks for"),
  settings: text(
    "--settings <file>",
    "this file in place of the one CLI's own that is named with it: a project's, another profile's",
  ),
} as const;

/** Of commands that change something. */
export const pluginFlag = toggle(
  "--plugin",
  "Claude Code's plugin of fleet, in place of its settings: the same hooks, a skill, and commands as /fleet:inbox",
);

/** What those flags read. */
export type CliChoice = Values<typeof cliFlags> & { readonly plugin?: boolean };

/** The CLIs that the flags name; without any, those that are on PATH. Throws `not_found` when that is none, else as namedClis. */
export async function chosenClis(flags: CliChoice, context: Context): Promise<readonly HookableCli[]> {
  const named = await namedClis(flags, context);
  if (named.length > 0) return named;
  const found = (await hookableClis(context)).filter((cli) => cli.program !== undefined);
  if (found.length > 0) return found;
  throw new FleetError(
    "not_found",
    "looking for agent CLIs: none that fleet has hooks for is on PATH; name one, as --claude",
  );
}

/** The CLIs that the flags name, maybe none. Throws `usage` for a file of settings without the one CLI that reads it. */
export async function namedClis(flags: CliChoice, context: Context): Promise<readonly HookableCli[]> {
  const clis = await hookableClis(context);
  const wanted = new Map<string, unknown>(Object.entries(flags));
  const named = flags.all ? clis : clis.filter(({ name }) => wanted.get(name) === true);
  if (flags.plugin === true) return withPlugin(flags, named.length > 0 ? named : clis);
  if (flags.settings === undefined) return named;
  const [cli, second] = named;
  if (cli === undefined || second !== undefined)
    throw new FleetError(
      "usage",
      "reading --settings: name the one CLI that reads that file, as --claude --settings .claude/settings.json",
    );
  return [{ ...cli, settingsFile: resolve(context.world.cwd, flags.settings) }];
}

/** Claude Code is meant, said or not. Throws `usage` where another CLI or a file of settings is named with it. */
function withPlugin(flags: CliChoice, named: readonly HookableCli[]): readonly HookableCli[] {
  const able = named.filter(({ plugin }) => plugin !== undefined);
  const isOther = able.length === 0 || flags.codex || flags.gemini || flags.grok;
  if (!isOther && flags.settings === undefined) return able;
  throw new FleetError(
    "usage",
    "reading --plugin: it is for Claude Code alone, and has no file of settings; leave the others to a command of their own",
  );
}
