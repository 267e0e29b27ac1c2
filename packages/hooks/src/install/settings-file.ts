import { readlink, realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { FleetError, messageOf } from "@fleetbus/core";
import { openRegularFile } from "../regular-file.ts";

/** A settings file as it stands on disk. */
export interface SettingsFile {
  /** As it was asked for. */
  readonly file: string;
  /** Where the text really stands: links are written through, never replaced. */
  readonly target: string;
  /** Undefined: there is none. */
  readonly text: string | undefined;
  /** Nobody may write to it: its owner does not want changes. */
  readonly isReadOnly: boolean;
}

/** Reads a settings file; throws `config` for bytes that are no UTF-8, `storage` for what cannot be read, as a pipe. */
export async function readSettings(file: string): Promise<SettingsFile> {
  const target = await realTarget(file);
  try {
    const { bytes, mode } = await contentOf(target);
    return { file, target, text: decode(file, bytes), isReadOnly: (mode & 0o222) === 0 };
  } catch (error) {
    if (error instanceof FleetError && error.code === "config") throw error;
    if (isMissing(error)) return { file, target, text: undefined, isReadOnly: false };
    throw new FleetError("storage", `reading ${file}: ${messageOf(error)}`, { cause: error });
  }
}

async function contentOf(target: string): Promise<{ readonly bytes: Uint8Array; readonly mode: number }> {
  const opened = await openRegularFile(target);
  try {
    return { bytes: await opened.readFile(), mode: (await opened.stat()).mode };
  } finally {
    await opened.close();
  }
}

/** Whether the error says that there is nothing of that name. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

/** Where the links of a file and of its folders end, also when nothing stands there yet. Throws `storage` for a loop. */
async function realTarget(file: string, followed: readonly string[] = []): Promise<string> {
  if (followed.includes(file))
    throw new FleetError("storage", `reading ${file}: its links lead in a circle; mend them first`);
  try {
    return await realpath(file);
  } catch (error) {
    // What else is wrong with it is told by the read that follows.
    if (!isMissing(error)) return file;
  }
  const link = await readlink(file).catch(() => undefined);
  if (link !== undefined) return realTarget(resolve(dirname(file), link), [...followed, file]);
  const folder = dirname(file);
  return folder === file ? file : join(await realTarget(folder, followed), basename(file));
}

function decode(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new FleetError("config", `reading ${file}: not UTF-8; mend it first, nothing was changed`, {
      cause,
    });
  }
}
