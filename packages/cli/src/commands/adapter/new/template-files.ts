import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { FleetError } from "@fleetbus/core";
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

/** The files of a new adapter's package, out of the templates that are published with this one. */
export async function newFiles({ name, kind, language }: Wanted): Promise<readonly NewFile[]> {
  const folder = join(templates(), language);
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
