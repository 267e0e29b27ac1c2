import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { FleetError } from "@fleetbus/core";
import { coreOfCheckout, withCoreOf } from "./core-of.ts";
import { filled, isForKind, type AdapterKind } from "./fill.ts";

/** What a new package is to be. */
export interface Wanted {
  readonly name: string;
  readonly kind: AdapterKind;
  readonly language: "typescript" | "javascript";
}

/** One file of it. */
export interface NewFile {
  /** With slashes, from the package's folder. */
  readonly path: string;
  readonly text: string;
}

/** All of them. */
export interface NewPackage {
  readonly files: readonly NewFile[];
  /** The folder that its `@fleetbus/core` is taken from; undefined where that is the registry's. */
  readonly core: string | undefined;
}

/**
 * A new adapter's package, out of the templates that are published with this one. A checkout's fleet names its own core:
 * the registry may not have that version.
 */
export async function newPackage(wanted: Wanted): Promise<NewPackage> {
  const found = templates();
  const core = await coreOfCheckout(resolve(found, "../.."));
  const files = await filesOf(join(found, wanted.language), wanted);
  if (core === undefined) return { files, core };
  const own = files.map(({ path, text }) => ({
    path,
    text: path === "package.json" ? withCoreOf(core, text) : text,
  }));
  return { files: own, core };
}

async function filesOf(folder: string, { name, kind }: Wanted): Promise<readonly NewFile[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => isForKind(path, kind));
  return Promise.all(
    paths.toSorted().map(async (path) => ({
      path: path === "gitignore" ? ".gitignore" : path, // npm publishes none of that name
      text: filled(await readFile(join(folder, path), "utf8"), name, kind),
    })),
  );
}

/** The folder beside `src` or `dist`, however deep this very module is bundled below it. */
function templates(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (dirname(folder) !== folder) {
    const here = join(folder, "templates", "adapter");
    if (existsSync(here)) return here;
    folder = dirname(folder);
  }
  throw new FleetError(
    "not_found",
    "reading the templates of adapters: they are not beside this fleet; install it anew",
  );
}
