import { mkdir, rm, rmdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { FleetError, messageOf } from "@fleetbus/core";
import writeFileAtomic from "write-file-atomic";
import type { ApplyDeps } from "../install/apply-plan.ts";
import { pluginNoteFile, writePluginNote } from "./plugin-folder.ts";
import type { FileChange, PluginPlan } from "./plugin-plan.ts";

/** What applying did. */
export interface PluginApplied {
  readonly hasChanged: boolean;
  /** Copies of files that somebody had changed. */
  readonly backups: readonly string[];
}

/**
 * Makes a planned change, the note first, each file atomically, the manifest last (first on the way back). Throws
 * `storage`: what was written by then is fleet's, and the next try goes on from there.
 */
export async function applyPluginPlan(plan: PluginPlan, { clock, check }: ApplyDeps): Promise<PluginApplied> {
  if (plan.action === "install" && plan.changes.length > 0) await check?.();
  if (plan.action === "install" && plan.note !== undefined)
    await writePluginNote(plan.place.dataDir, plan.note);
  const edited = plan.changes.filter(({ isEdited }) => isEdited);
  const stamp = new Date(clock.now()).toISOString().replaceAll(/[-:]/g, "");
  const backups = await Promise.all(edited.map((change) => backUp(change, stamp, plan)));
  for (const change of plan.changes) await write(plan.place.folder, change);
  if (plan.action === "uninstall") await forget(plan);
  return { hasChanged: plan.changes.length > 0, backups };
}

async function backUp({ path, before = "" }: FileChange, stamp: string, plan: PluginPlan): Promise<string> {
  const folder = join(plan.place.dataDir, "backups");
  const file = join(folder, `${stamp}-${path.replaceAll("/", "-")}`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(file, before, { mode: 0o600, flag: "wx" });
    return file;
  } catch (cause) {
    throw new FleetError("storage", `backing up ${basename(path)} to ${file}: ${messageOf(cause)}`, {
      cause,
    });
  }
}

async function write(folder: string, { path, after, mode }: FileChange): Promise<void> {
  const file = join(folder, path);
  try {
    if (after === undefined) return await removeWithFolders(file, folder);
    await mkdir(dirname(file), { recursive: true });
    await writeFileAtomic(file, after, { mode });
  } catch (cause) {
    throw new FleetError("storage", `writing ${file}: ${messageOf(cause)}`, { cause });
  }
}

async function removeWithFolders(file: string, folder: string): Promise<void> {
  await rm(file, { force: true });
  await removeEmpty(dirname(file), folder);
}

/** The folders that were made for the plugin, as far as nothing else lies in them, and the note. */
async function forget({ place: { folder, dataDir }, note }: PluginPlan): Promise<void> {
  if (note?.made !== undefined) await removeEmpty(dirname(folder), note.made);
  await rm(pluginNoteFile(dataDir, folder), { force: true });
}

async function removeEmpty(folder: string, outermost: string): Promise<void> {
  if (folder !== outermost && !folder.startsWith(`${outermost}/`)) return;
  try {
    await rmdir(folder);
  } catch {
    return; // somebody keeps something in it, or it is gone
  }
  await removeEmpty(dirname(folder), outermost);
}
