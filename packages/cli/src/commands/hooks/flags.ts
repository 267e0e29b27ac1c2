import { FleetError } from "@fleetbus/core";
import { toggle } from "../../command/flags.ts";
import type { Context } from "../../command/context.ts";
import { hookableClis, type HookableCli } from "../../clis/found.ts";

/** Which CLIs a hooks command is about. */
export const cliFlags = {
  claude: toggle("--claude", "Claude Code"),
  codex: toggle("--codex", "Codex"),
  gemini: toggle("--gemini", "Gemini CLI"),
  grok: toggle("--grok", "Grok Build"),
  all: toggle("--all", "every CLI that fleet has hooks for"),
} as const;

/** The CLIs that the flags name; without any, those that are on PATH. Throws `not_found` when that is none. */
export async function chosenClis(
  flags: Readonly<Record<keyof typeof cliFlags, boolean>>,
  context: Context,
): Promise<readonly HookableCli[]> {
  const clis = await hookableClis(context);
  if (flags.all) return clis;
  const wanted = new Map<string, boolean>(Object.entries(flags));
  const named = clis.filter(({ name }) => wanted.get(name) === true);
  if (named.length > 0) return named;
  const found = clis.filter((cli) => cli.program !== undefined);
  if (found.length > 0) return found;
  throw new FleetError(
    "not_found",
    "looking for agent CLIs: none that fleet has hooks for is on PATH; name one, as --claude",
  );
}
