import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A way to wake that a test switches off as a user would: no waiting hook, peers refused, no tmux around the CLI. */
export type Rung = "rewake" | "socket" | "tmux";

/** The user's settings before fleet's hooks come: `sleep` may run unasked, peers may be refused, no tips come and go. */
export async function writeUserSettings(
  home: string,
  { without, settings }: { readonly without: readonly Rung[]; readonly settings: object },
): Promise<void> {
  const peers = without.includes("socket") ? { crossSessionInbound: "refuse" } : {};
  const usual = { permissions: { allow: ["Bash(sleep *)"] }, spinnerTipsEnabled: false };
  await write(home, { ...usual, ...peers, ...settings });
}

/** Trusts all folders below, before any CLI runs: each rewrites what another start adds to the same file. */
export async function trustBelow(home: string, folder: string): Promise<void> {
  const projects = { [folder]: { hasTrustDialogAccepted: true } };
  await writeFile(join(home, ".claude.json"), JSON.stringify({ projects }));
}

interface Settings {
  readonly hooks: Readonly<Record<string, readonly { readonly hooks: readonly object[] }[]>>;
}

/** Takes out the waiting hooks that fleet installed, as somebody may who does not want them. */
export async function dropWaiters(home: string): Promise<void> {
  const settings: Settings = JSON.parse(await readFile(fileIn(home), "utf8"));
  const kept = Object.entries(settings.hooks).map(([event, groups]) => [
    event,
    groups.map((group) => ({ hooks: group.hooks.filter((hook) => !("asyncRewake" in hook)) })),
  ]);
  await write(home, { ...settings, hooks: Object.fromEntries(kept) });
}

function fileIn(home: string): string {
  return join(home, ".claude", "settings.json");
}

async function write(home: string, settings: object): Promise<void> {
  await mkdir(dirname(fileIn(home)), { recursive: true });
  await writeFile(fileIn(home), JSON.stringify(settings, null, 2));
}
