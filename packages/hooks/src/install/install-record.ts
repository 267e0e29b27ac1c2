import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FleetError, messageOf } from "@fleetbus/core";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { isMissing } from "./settings-file.ts";
import type { Installed } from "./settings-text.ts";

const recordSchema = z.object({
  version: z.literal(1),
  target: z.string(),
  // Whose hooks they are; notes of a fleet before this one do not say.
  cli: z.string().default("claude"),
  base: z.discriminatedUnion("is", [
    z.object({ is: z.literal("missing") }),
    z.object({ is: z.literal("blank"), text: z.string() }),
    z.object({ is: z.literal("settings") }),
  ]),
  edits: z.array(z.object({ before: z.string(), after: z.string().min(1) })),
  rules: z.array(z.string()).default([]),
  line: z.string().optional(),
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
    const { target: noted, ...installed } = recordSchema.parse(JSON.parse(await readFile(file, "utf8")));
    return noted === target ? installed : undefined;
  } catch {
    return undefined;
  }
}

/** A settings file that fleet has written to, and for which CLI. */
export interface InstalledFile {
  readonly cli: string;
  readonly file: string;
}

/** Every settings file that is noted as written to, whichever way it was named then: a project's, another profile's. */
export async function installedFiles(dataDir: string): Promise<readonly InstalledFile[]> {
  const folder = join(dataDir, "installed");
  const names = await readdir(folder).catch(() => []); // nothing was ever installed
  const found = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(folder, name), "utf8").catch(() => ""); // gone between the two looks
      const record = recordSchema.safeParse(jsonOf(text));
      return record.success ? [{ cli: record.data.cli, file: record.data.target }] : [];
    }),
  );
  return found.flat().toSorted((one, other) => one.file.localeCompare(other.file));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no note that can be read
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
    const { cli, base, rules, line, folder } = installed;
    const record: z.input<typeof recordSchema> = {
      version: 1,
      target,
      cli,
      base,
      edits,
      rules: [...rules],
      line,
      folder,
    };
    await writeFileAtomic(file, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  } catch (cause) {
    if (installed === undefined && isMissing(cause)) return;
    throw new FleetError("storage", `noting the installation in ${file}: ${messageOf(cause)}`, { cause });
  }
}
