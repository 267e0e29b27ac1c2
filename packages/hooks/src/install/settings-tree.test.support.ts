import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { claudeHooks } from "../claude/hook-set.ts";
import { commandHooks } from "../cli/hook-set.ts";
import { codexTable } from "../codex/cli.ts";
import { geminiTable } from "../gemini/cli.ts";
import { grokTable } from "../grok/cli.ts";
import type { HookSet } from "./hook-set.ts";
import type { SettingsPlace } from "./settings-plan.ts";

const setsAt = (client: string): readonly HookSet[] => [
  claudeHooks({ client }),
  ...[codexTable, geminiTable, grokTable].map((table) => commandHooks(table, client)),
];

/** Every CLI's hooks, by its name, and as a fleet of another place wanted them that did not know the last event yet. */
export const cliSets = setsAt("/home/dev/.local/share/fleet/hooks/fleet-hook").map((set, index) => {
  const old = setsAt("/opt/old/fleet-hook")[index] ?? set;
  return { cli: set.cli, set, older: { ...old, wanted: old.wanted.slice(0, -1) } };
});

/** A text written with Claude Code's event names, with those of the set: its turn's end and its tools. */
export function inWordsOf({ wanted }: HookSet, text: string): string {
  const turnEnd = wanted.find(({ event }) => event === "Stop" || event === "AfterAgent")?.event;
  const tool = wanted.find(({ event }) => event === "PreToolUse" || event === "AfterTool")?.event;
  return text.replaceAll('"Stop"', JSON.stringify(turnEnd)).replaceAll('"PreToolUse"', JSON.stringify(tool));
}

/** A home of its own, removed after the test; fleet's data stand beside it, not within. */
export async function homeWith(files: Readonly<Record<string, string>> = {}): Promise<{
  readonly home: string;
  readonly placeAt: (name: string) => SettingsPlace;
}> {
  const folder = await mkdtemp(join(tmpdir(), "fleet-home-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const home = join(folder, "home");
  await mkdir(home);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(home, name)), { recursive: true });
    await writeFile(join(home, name), text);
  }
  return { home, placeAt: (name) => ({ file: join(home, name), dataDir: join(folder, "data") }) };
}

/** All that stands below a folder: each name with its kind, mode, owner, and its bytes or where it links to. */
export async function treeOf(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  return Promise.all(names.sort().map(async (name) => `${name}: ${await told(join(folder, name))}`));
}

async function told(file: string): Promise<string> {
  const found = await lstat(file);
  const owned = `${found.mode.toString(8)} ${found.uid}:${found.gid}`;
  if (found.isSymbolicLink()) return `${owned} -> ${await readlink(file)}`;
  return found.isFile() ? `${owned} ${JSON.stringify(await readFile(file, "latin1"))}` : owned;
}
