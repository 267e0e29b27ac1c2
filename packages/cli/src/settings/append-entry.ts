import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { builtInAdapters } from "@fleetbus/adapters";
import { adapterSecrets, loadConfig, printableSecret, systemClock } from "@fleetbus/core";
import { stringify } from "smol-toml";
import writeFileAtomic from "write-file-atomic";

/** What was, or would have been, written. */
export interface Appended {
  readonly path: string;
  /** As it is written, but for what is secret. */
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
  const unlock = isDryRun ? () => Promise.resolve() : await lock(`${path}.lock`);
  try {
    return await append(path, entry, isDryRun);
  } finally {
    await unlock();
  }
}

/** One at a time: of two that append at once the second would write over the first. Taken by force after two seconds. */
async function lock(file: string): Promise<() => Promise<void>> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  for (let attempt = 0; attempt < 80; attempt += 1) {
    const isMine = await writeFile(file, "", { flag: "wx", mode: 0o600 }).then(
      () => true,
      () => false, // another one appends
    );
    if (isMine) break;
    await systemClock.sleep(25);
  }
  return () => rm(file, { force: true });
}

async function append(
  path: string,
  entry: Readonly<Record<string, unknown>>,
  isDryRun: boolean,
): Promise<Appended> {
  const before = await readIfThere(path);
  const block = stringify({ adapter: [entry] }).trim();
  const gap = before === "" ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const text = `${before}${gap}${block}\n`;
  const schemas = Object.fromEntries(builtInAdapters.map(({ spec }) => [spec.type, spec]));
  loadConfig(text, { path, mode: 0o600 }, schemas);
  if (!isDryRun) await writeFileAtomic(path, text, { mode: 0o600 });
  const secrets = adapterSecrets({ adapter: [entry] }, schemas).map(({ value }) => value);
  return { path, block: stringify({ adapter: [masked(entry, new Set(secrets))] }).trim() };
}

/** The same with every value that is one of `secrets` as it may be printed. */
function masked(value: unknown, secrets: ReadonlySet<unknown>): unknown {
  if (secrets.has(value)) return printableSecret(value);
  if (Array.isArray(value)) return value.map((inside: unknown) => masked(inside, secrets));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, masked(inside, secrets)]));
}

async function readIfThere(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined); // there is none yet
  return found === undefined ? "" : readFile(path, "utf8");
}
