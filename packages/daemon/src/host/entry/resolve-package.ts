import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { FleetError } from "@fleetbus/core";
import { z } from "zod";

const manifestSchema = z.looseObject({ exports: z.unknown().optional(), main: z.string().optional() });
type Manifest = z.infer<typeof manifestSchema>;

const packageName = /^(?:@[a-z0-9-][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/;

/** The conditions of `exports` that hold for an `import` in Node. */
const conditions: readonly string[] = "node import module-sync default".split(" ");

/**
 * The file of a package that a config names, as a URL: out of the `node_modules` of the config file's folder or one above
 * it, else from beside fleet itself (both installed globally). Node's own resolution begins at the module that imports,
 * which is fleet; it takes another beginning behind a flag only. Rejects with `config`.
 */
export async function resolvePackage(type: string, configFile: string): Promise<string> {
  const [, name = type, inside = ""] = /^((?:@[^/]+\/)?[^/]+)(\/.+)?$/.exec(type) ?? [];
  const here = dirname(configFile);
  for (const folder of [...above(here), ...above(dirname(fileURLToPath(import.meta.url)))]) {
    const root = join(folder, "node_modules", name);
    const manifest = await manifestIn(root, type);
    if (manifest === undefined) continue;
    const file = inside === "" ? mainOf(manifest) : exported(manifest.exports, `.${inside}`, `.${inside}`);
    if (file !== undefined) return pathToFileURL(join(root, file)).href;
    throw new FleetError(
      "config",
      `loading adapter "${type}": ${join(root, "package.json")} exports no .${inside}`,
    );
  }
  const way = packageName.test(name)
    ? `there is no such package: npm install --prefix ${here} ${name}`
    : "it is no package's name, and a path begins with ./ or /";
  throw new FleetError("config", `loading adapter "${type}": ${way}`);
}

function above(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...above(parent)];
}

/** Undefined where there is none. */
async function manifestIn(root: string, type: string): Promise<Manifest | undefined> {
  const file = join(root, "package.json");
  const text = await readFile(file, "utf8").catch(() => undefined); // no such package here
  if (text === undefined) return undefined;
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new FleetError("config", `loading adapter "${type}": ${file} is no package.json`, { cause: error });
  }
}

function mainOf({ exports, main }: Manifest): string | undefined {
  return exported(exports, ".", main ?? "index.js");
}

/** What `exports` has for a path of the package; `unsaid` where there are no exports. */
function exported(exports: unknown, path: string, unsaid: string): string | undefined {
  if (exports === undefined || exports === null) return unsaid;
  const record = z.record(z.string(), z.unknown()).safeParse(exports);
  const hasPaths = record.success && Object.keys(record.data).some((key) => key.startsWith("."));
  if (hasPaths) return targetOf(record.data[path]);
  return path === "." ? targetOf(exports) : undefined;
}

/** The first that holds, in the package's own order. */
function targetOf(node: unknown): string | undefined {
  if (typeof node === "string") return node;
  const record = z.record(z.string(), z.unknown()).safeParse(node);
  if (!record.success) return undefined;
  const holding = Object.entries(record.data).filter(([condition]) => conditions.includes(condition));
  return holding.map(([, inside]) => targetOf(inside)).find((target) => target !== undefined);
}
