import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { FleetError, messageOf } from "@fleetbus/core";
import type { NewFile } from "./template-files.ts";

/**
 * Makes a folder with these files, all or none: they are written beside it, and moved there at the end. One that is empty
 * is taken and stays the same folder, somebody may stand in it. Rejects with `conflict` where something is in it already.
 */
export async function writePackage(folder: string, files: readonly NewFile[]): Promise<void> {
  const isThere = await isEmptyFolder(folder);
  const beside = join(dirname(folder), `.${basename(folder)}-${randomUUID()}`);
  try {
    for (const { path, text } of files) {
      await mkdir(dirname(join(beside, path)), { recursive: true });
      await writeFile(join(beside, path), text, { flag: "wx" });
    }
    await (isThere ? moveInto(folder, beside) : rename(beside, folder));
  } catch (error) {
    throw new FleetError("failed", `making ${folder}: ${messageOf(error)}`, { cause: error });
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}

/** False where there is none. */
async function isEmptyFolder(folder: string): Promise<boolean> {
  try {
    const [first] = await readdir(folder);
    if (first === undefined) return true;
    throw new FleetError(
      "conflict",
      `making ${folder}: ${first} is in it already; name another folder by --dir`,
    );
  } catch (error) {
    if (error instanceof FleetError) throw error;
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw new FleetError("conflict", `making ${folder}: ${messageOf(error)}`, { cause: error });
  }
}

async function moveInto(folder: string, beside: string): Promise<void> {
  const moved: string[] = [];
  try {
    for (const name of await readdir(beside)) {
      await rename(join(beside, name), join(folder, name));
      moved.push(join(folder, name));
    }
  } catch (error) {
    await Promise.all(moved.map((path) => rm(path, { recursive: true, force: true })));
    throw error;
  }
}
