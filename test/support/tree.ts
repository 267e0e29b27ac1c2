import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

/** The folder of the checkout. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** One text file of the checkout, with its path from the root. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Every file that git tracks or would track (not the ignored ones), in order. */
export function treeFiles(): readonly string[] {
  const list = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return [...new Set(list.split("\0"))]
    .filter((path) => path !== "" && existsSync(join(root, path)))
    .toSorted();
}

/** The TypeScript sources of the packages, tests included. */
export function packageSources(): readonly SourceFile[] {
  return treeFiles()
    .filter((path) => /^packages\/[^/]+\/src\/.*\.ts$/.test(path))
    .map(readSource);
}

/** One file of the checkout. */
export function readSource(path: string): SourceFile {
  return { path, text: readFileSync(join(root, path), "utf8") };
}
