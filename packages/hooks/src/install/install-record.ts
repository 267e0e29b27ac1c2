import { createHash } from "node:crypto";
import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FleetError, messageOf } from "@fleetbus/core";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { isMissing } from "./settings-file.ts";
import type { Installed } from "./settings-text.ts";

const recordSchema = z.object({
  version: z.literal(1),
  target: z.string(),
  base: z.discriminatedUnion("is", [
    z.object({ is: z.literal("missing") }),
    z.object({ is: z.literal("blank"), text: z.string() }),
    z.object({ is: z.literal("settings") }),
  ]),
  edits: z.array(z.object({ before: z.string(), after: z.string().min(1) })),
  rules: z.array(z.string()).default([]),
  folder: z.string().optional(),
});

/** Where fleet notes what it did to a settings file. */
export function recordFile(dataDir: string, target: string): string {
  const id = createHash("sha256").update(target).digest("hex").slice(0, 16);
  return join(dataDir, "installed", `${id}.json`);
}

/** What was noted; undefined when there is no note or none that can be read: ownership then has to do. */
export async function readRecord(file: string, target: string): Promise<Installed | undefined> {
  try {
    const record = recordSchema.parse(JSON.parse(await readFile(file, "utf8")));
    return record.target === target ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Writes the note, or removes it. Throws `storage`. */
export async function writeRecord(
  file: string,
  target: string,
  installed: Installed | undefined,
): Promise<void> {
  try {
    if (installed === undefined) return await rm(file, { force: true });
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const edits = installed.edits.map(({ before, after }) => ({ before, after }));
    const { base, rules, folder } = installed;
    const record: z.input<typeof recordSchema> = {
      version: 1,
      target,
      base,
      edits,
      rules: [...rules],
      folder,
    };
    await writeFileAtomic(file, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  } catch (cause) {
    if (installed === undefined && isMissing(cause)) return;
    throw new FleetError("storage", `noting the installation in ${file}: ${messageOf(cause)}`, { cause });
  }
}
