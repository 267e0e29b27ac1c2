import { constants, copyFile, mkdir, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { FleetError, messageOf, type Clock } from "@fleetbus/core";
import writeFileAtomic from "write-file-atomic";
import { readRecord, writeRecord } from "./install-record.ts";
import { readSettings } from "./settings-file.ts";
import type { SettingsPlan } from "./settings-plan.ts";

/** What applying needs from outside. */
export interface ApplyDeps {
  readonly clock: Clock;
  /** Backups go to its `backups`: beside the user's file they would be litter that no uninstall may touch. */
  readonly dataDir: string;
  /** Asked before anything is written: rejects when what the settings would point at does not work. */
  check?(): Promise<void>;
}

/** What applying did. */
export interface Applied {
  readonly hasChanged: boolean;
  /** The file as it was, byte for byte; undefined when there was none or nothing changed. */
  readonly backup?: string;
}

/**
 * Makes a planned change: check, backup, note, then one atomic write through any link, mode and owner kept.
 * Throws `conflict` when the file is no longer what was planned for (plan again), `storage` when it is read-only or
 * cannot be written; the file is then as it was.
 */
export async function applyPlan(plan: SettingsPlan, deps: ApplyDeps): Promise<Applied> {
  if (plan.before === plan.after) {
    if (plan.action === "uninstall") await forget(plan);
    return { hasChanged: false };
  }
  await requireUnchanged(plan);
  if (plan.action === "install") await deps.check?.();
  const backup = plan.before === undefined ? undefined : await backUp(plan, deps);
  if (plan.action === "install") await writeNoted(plan);
  else {
    await write(plan);
    await forget(plan);
  }
  return backup === undefined ? { hasChanged: true } : { hasChanged: true, backup };
}

/** Removes the folders that were made for the file, as far as nothing else lies in them, and the note. */
async function forget({ target, after, record }: SettingsPlan): Promise<void> {
  const outermost = record.installed?.folder;
  if (after === undefined && outermost !== undefined) await removeEmpty(dirname(target), outermost);
  await writeRecord(record.file, target, undefined);
}

async function removeEmpty(folder: string, outermost: string): Promise<void> {
  const isInside = folder === outermost || folder.startsWith(`${outermost}/`);
  if (!isInside) return;
  try {
    await rmdir(folder);
  } catch {
    return; // somebody keeps something in it, or it is gone
  }
  await removeEmpty(dirname(folder), outermost);
}

/** Throws `storage` where the plan changes a file that nobody may write to. */
export function requireWritable({
  target,
  diff,
  isReadOnly,
}: Pick<SettingsPlan, "target" | "diff" | "isReadOnly">): void {
  if (isReadOnly && diff !== "")
    throw new FleetError("storage", `writing ${target}: it is read-only; make it writable to go on`);
}

async function requireUnchanged(plan: SettingsPlan): Promise<void> {
  const { text, isReadOnly } = await readSettings(plan.file);
  requireWritable({ ...plan, isReadOnly });
  if (text !== plan.before)
    throw new FleetError("conflict", `writing ${plan.target}: it has changed since the diff was shown`);
}

async function backUp({ target }: SettingsPlan, { clock, dataDir }: ApplyDeps): Promise<string> {
  const folder = join(dataDir, "backups");
  const stamp = new Date(clock.now()).toISOString().replaceAll(/[-:]/g, "");
  const file = join(folder, `${stamp}-${basename(target)}`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await copyFile(target, file, constants.COPYFILE_EXCL);
    return file;
  } catch (cause) {
    throw new FleetError("storage", `backing up ${target} to ${file}: ${messageOf(cause)}`, { cause });
  }
}

/** The note first: an installation without one could not be undone to the byte. If nothing was written, the former one holds. */
async function writeNoted(plan: SettingsPlan): Promise<void> {
  const { target, record } = plan;
  const former = await readRecord(record.file, target);
  await writeRecord(record.file, target, record.installed);
  try {
    await write(plan);
  } catch (error) {
    await writeRecord(record.file, target, former);
    throw error;
  }
}

async function write({ target, before, after }: SettingsPlan): Promise<void> {
  try {
    if (after === undefined) return await rm(target);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    // A new file may come to hold secrets; an existing one keeps its mode and owner.
    await writeFileAtomic(target, after, before === undefined ? { mode: 0o600 } : {});
  } catch (cause) {
    throw new FleetError("storage", `writing ${target}: ${messageOf(cause)}`, { cause });
  }
}
