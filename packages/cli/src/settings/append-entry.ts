import { readFile, stat } from "node:fs/promises";
import { builtInAdapters } from "@fleetbus/adapters";
import { loadConfig } from "@fleetbus/core";
import { stringify } from "smol-toml";
import writeFileAtomic from "write-file-atomic";

/** What was, or would have been, written. */
export interface Appended {
  readonly path: string;
  readonly block: string;
}

/**
 * Appends an `[[adapter]]` to a fleet.toml, which is made where there is none; what stands in it keeps every byte. The
 * whole must be valid then, else nothing is written and it rejects with all problems. It may hold secrets: mode 0600.
 */
export async function appendEntry(
  path: string,
  entry: Readonly<Record<string, unknown>>,
  { isDryRun }: { readonly isDryRun: boolean },
): Promise<Appended> {
  const before = await readIfThere(path);
  const block = stringify({ adapter: [entry] }).trim();
  const gap = before === "" ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const text = `${before}${gap}${block}\n`;
  const schemas = Object.fromEntries(builtInAdapters.map(({ spec }) => [spec.type, spec]));
  loadConfig(text, { path, mode: 0o600 }, schemas);
  if (!isDryRun) await writeFileAtomic(path, text, { mode: 0o600 });
  return { path, block };
}

async function readIfThere(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined); // there is none yet
  return found === undefined ? "" : readFile(path, "utf8");
}
