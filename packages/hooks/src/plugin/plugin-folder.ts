import { createHash } from "node:crypto";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FleetError, messageOf } from "@fleetbus/core";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { isMissing } from "../install/settings-file.ts";
import { pluginHooksFile } from "./plugin-files.ts";

const noteSchema = z.object({
  version: z.literal(1),
  folder: z.string(),
  /** By the file's path within the folder: the digest of what was written. */
  files: z.record(z.string(), z.string()),
  made: z.string().optional(),
});

/** What was written into a plugin's folder, for the way back. */
export interface PluginNote {
  readonly folder: string;
  readonly files: Readonly<Record<string, string>>;
  /** The outermost folder that was made for it. */
  readonly made?: string | undefined;
}

/** Where fleet notes what it wrote into a plugin's folder. */
export function pluginNoteFile(dataDir: string, folder: string): string {
  return join(dataDir, "installed", `plugin-${digestOf(folder).slice(0, 16)}.json`);
}

/** The note; undefined where there is none that can be read. */
export async function readPluginNote(dataDir: string, folder: string): Promise<PluginNote | undefined> {
  try {
    const text = await readFile(pluginNoteFile(dataDir, folder), "utf8");
    const note = noteSchema.parse(JSON.parse(text));
    return note.folder === folder ? note : undefined;
  } catch {
    return undefined; // none, or none that can be read: then its hooks tell whose it is
  }
}

/** Writes the note. Throws `storage`. */
export async function writePluginNote(dataDir: string, note: PluginNote): Promise<void> {
  const file = pluginNoteFile(dataDir, note.folder);
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFileAtomic(file, `${JSON.stringify({ version: 1, ...note }, null, 2)}\n`, { mode: 0o600 });
  } catch (cause) {
    throw new FleetError("storage", `noting the plugin in ${file}: ${messageOf(cause)}`, { cause });
  }
}

/** The text of a file in it; undefined where there is none. Throws `storage`. */
export async function pluginText(folder: string, path: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, path), "utf8");
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw new FleetError("storage", `reading ${join(folder, path)}: ${messageOf(cause)}`, { cause });
  }
}

/** Whether the folder is fleet's to write to: not there, empty, noted, or with the client in its hooks. */
export async function isOwnFolder(folder: string, note: PluginNote | undefined): Promise<boolean> {
  if (note !== undefined) return true;
  const names = await readdir(folder).catch(() => []); // none; what else may be wrong is told by the write
  if (names.length === 0) return true;
  return (await pluginText(folder, pluginHooksFile))?.includes("fleet-hook") === true;
}

/** Tells one text from another. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
