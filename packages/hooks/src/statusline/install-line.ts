import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { FleetError, messageOf, type Paths } from "@fleetbus/core";
import writeFileAtomic from "write-file-atomic";
import { lineScript } from "./script-text.ts";

/** The places of `Paths` that concern the status line. */
export type LinePaths = Pick<Paths, "hooksDir" | "runDir">;

/** Where the daemon keeps the lines: `daemon` (its pid), one file a key, `wanted/<key>` as the script's mark. */
export function lineDir(paths: Pick<Paths, "runDir">): string {
  return join(paths.runDir, "line");
}

/** Where the stable copy of the script stands, or would. */
export function lineFile(paths: Pick<Paths, "hooksDir">): string {
  return join(paths.hooksDir, "fleet-line");
}

/**
 * Writes the stable copy of the script that status lines run, and returns where it is (DESIGN §8: removing a checkout
 * breaks nothing). Atomic and idempotent. Throws `storage`; the caller may retry.
 */
export async function installLine(paths: LinePaths): Promise<string> {
  const file = lineFile(paths);
  const text = renderLine(lineDir(paths));
  try {
    await mkdir(paths.hooksDir, { recursive: true, mode: 0o700 });
    const there = await readFile(file, "utf8").catch(() => undefined); // missing or unreadable: it is written
    if (there !== text) await writeFileAtomic(file, text, { mode: 0o755 });
    return file;
  } catch (cause) {
    throw new FleetError("storage", `writing the status line's script ${file}: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** The script's text for one folder of lines. */
export function renderLine(dir: string): string {
  const values: Readonly<Record<string, string>> = {
    dir: `'${dir.replaceAll("'", `'\\''`)}'`,
    esc: "\u001B",
  };
  return lineScript.replace(/@([a-z]+)@/g, (placeholder, name: string) => values[name] ?? placeholder);
}
