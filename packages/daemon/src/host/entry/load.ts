import { dirname, isAbsolute, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { z } from "zod";
import { FleetError, isModuleType, messageOf, systemClock, unknownWord, type Adapter } from "@fleetbus/core";
import { resolvePackage } from "./resolve-package.ts";

/** What must be true of an object for the host to take it as an adapter; the rest is its type's promise. */
const adapterShape = z.looseObject({
  spec: z.looseObject({
    type: z.string(),
    summary: z.string(),
    config: z.custom<z.ZodType>(isSchema),
    traits: z.looseObject({}),
  }),
  open: z.custom<Adapter["open"]>((value) => typeof value === "function"),
});

const loadWithinMs = 10_000;

/**
 * A built-in adapter by its type, or one of the user's own by path (relative to the config file) or by the name of a
 * package (resolve-package.ts). A module is loaded once per process. Rejects with `config`.
 */
export async function loadAdapter(
  type: string,
  builtIn: readonly Adapter[],
  configFile: string,
): Promise<Adapter> {
  const known = builtIn.find((adapter) => adapter.spec.type === type);
  if (known !== undefined) return known;
  if (!isModuleType(type, {})) throw unknownType(type, builtIn);
  const isPath = type.startsWith(".") || isAbsolute(type);
  const location = isPath
    ? pathToFileURL(resolve(dirname(configFile), type)).href
    : await resolvePackage(type, configFile);
  return adapterOf(await importModule(location, type), type);
}

function unknownType(type: string, builtIn: readonly Adapter[]): FleetError {
  const known = builtIn.map((adapter) => adapter.spec.type).sort();
  const text = `loading adapter "${type}": ${unknownWord(type, known)}, or name a path (./my-adapter.mjs) or a package`;
  return new FleetError("config", text, { details: { known } });
}

/** A module that awaits something for ever would keep all adapters from starting. */
async function importModule(location: string, type: string): Promise<unknown> {
  const late = new AbortController();
  try {
    const whole = systemClock.sleep(loadWithinMs, late.signal).then(() => {
      throw new FleetError("config", `its module is not loaded after ${loadWithinMs / 1000} s`);
    });
    whole.catch(() => undefined); // it came in time
    return await Promise.race([import(location), whole]);
  } catch (error) {
    throw new FleetError("config", `loading adapter "${type}": ${reasonOf(error)}`, { cause: error });
  } finally {
    late.abort();
  }
}

/** Without the file of fleet's own that Node names as the one that imports. */
function reasonOf(error: unknown): string {
  return messageOf(error).replace(` imported from ${fileURLToPath(import.meta.url)}`, "");
}

function adapterOf(module: unknown, type: string): Adapter {
  const exports = z.record(z.string(), z.unknown()).parse(module);
  for (const candidate of [exports["adapter"], exports["default"], ...Object.values(exports)]) {
    if (adapterShape.safeParse(candidate).success && isAdapter(candidate)) return candidate;
  }
  throw new FleetError("config", `loading adapter "${type}": it exports nothing made by defineAdapter`);
}

function isAdapter(value: unknown): value is Adapter {
  return adapterShape.safeParse(value).success;
}

/** Schemas of another copy of zod count too: what matters is that they can parse. */
function isSchema(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    "safeParse" in value &&
    typeof value.safeParse === "function"
  );
}
