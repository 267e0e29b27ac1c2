import { hookWord } from "@fleetbus/core";
import { clientName } from "../client/render.ts";
import type { Handler, HookSet } from "../install/hook-set.ts";
import type { CliTable } from "./table.ts";

/**
 * What fleet wants in the settings of a CLI that takes hooks as commands: the stable copy of the client, with the CLI's
 * name and the event as arguments. The line never changes from one version to the next: a CLI that keeps the user's
 * trust by a hash of it would ask again. These CLIs run it in a shell: `exec` takes that one's place, so that the client's
 * parent is the CLI.
 */
export function commandHooks(table: CliTable, client: string): HookSet {
  const wanted = Object.entries(table.events).map(([event, { timeout }]) => ({
    event,
    handlers: [{ type: "command", command: hookLine(client, table.name, event), timeout }],
  }));
  return { cli: table.name, wanted, rules: [], owns: (handler) => isOwnCommand(handler, [table.name]) };
}

/** The line of a hook, for a shell: the client's arguments hold letters alone. */
export function hookLine(client: string, cli: string, event: string): string {
  return `exec ${quoted(client)} ${cli} ${hookWord(event)}`;
}

/** Whether a command is the client's, of whichever place or version, by its file's name and its first argument. */
export function isOwnCommand({ type, command, args }: Handler, words: readonly string[]): boolean {
  if (type !== "command" || typeof command !== "string") return false;
  if (Array.isArray(args)) return fileName.test(command) && words.includes(String(args[0]));
  const [, word = ""] = commandLine.exec(command) ?? [];
  return words.includes(word);
}

const fileName = new RegExp(`(^|/)${clientName}$`);
const commandLine = new RegExp(`(?:^|[/"'])${clientName}["']? +([a-z]+)\\b`);

/** As a word of a shell. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
