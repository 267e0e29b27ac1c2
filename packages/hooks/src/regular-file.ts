import { constants, statSync, type Stats } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
import { FleetError } from "@fleetbus/core";

const { O_RDONLY, O_NONBLOCK, O_NOCTTY } = constants;

/**
 * Opens a file that somebody else names, for reading. Rejects with `malformed` for anything but a regular file: opening a
 * pipe or a device may hang, one thread of Node's few for ever, or do something. Without a file, with the system's ENOENT.
 */
export async function openRegularFile(path: string): Promise<FileHandle> {
  requireRegular(path, await stat(path));
  // It may have been replaced since: this open cannot hang, and what it opened is looked at again.
  const file = await open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  try {
    requireRegular(path, await file.stat());
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Its whole text; rejects as `openRegularFile` does. */
export async function readRegularFile(path: string): Promise<string> {
  const file = await openRegularFile(path);
  try {
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}

/**
 * What the system says of such a file. Undefined where there is none, where it is something else, or where it cannot be
 * asked (a loop of links, a closed folder): a path that one session names must not end a look at all of them. Never throws.
 */
export function regularFileStat(path: string): Stats | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isFile() === true ? found : undefined;
  } catch {
    return undefined;
  }
}

function requireRegular(path: string, found: { isFile(): boolean }): void {
  if (found.isFile()) return;
  throw new FleetError("malformed", `opening ${path}: it is no regular file`);
}
