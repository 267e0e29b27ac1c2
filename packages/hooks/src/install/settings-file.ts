import { lstat, readFile, readlink, realpath, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { FleetError, messageOf } from "@fleetbus/core";

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

/** Reads a settings file; throws `config` for bytes that are no UTF-8, `storage` for a file that cannot be read. */
export async function readSettings(file: string): Promise<SettingsFile> {
  const target = await realTarget(file);
  try {
    const [bytes, { mode }] = await Promise.all([readFile(target), stat(target)]);
    return { file, target, text: decode(file, bytes), isReadOnly: (mode & 0o222) === 0 };
  } catch (error) {
    if (error instanceof FleetError) throw error;
    if (isMissing(error)) return { file, target, text: undefined, isReadOnly: false };
    throw new FleetError("storage", `reading ${file}: ${messageOf(error)}`, { cause: error });
  }
}

/** Whether the error says that there is nothing of that name. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

/** Where a chain of links ends, also when nothing stands there yet. */
async function realTarget(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch {
    // A loop or a missing folder is told by the read that follows.
    const isLink = await lstat(file).then(
      (found) => found.isSymbolicLink(),
      () => false,
    );
    if (!isLink) return file;
    const next = resolve(dirname(file), await readlink(file));
    return next === file ? file : realTarget(next);
  }
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
