import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Run } from "../command.ts";

/**
 * The keyring file that the machine's own sources name for the repository at `uri` (`Signed-By`, in deb822 and one-line form),
 * or undefined where they name none or hold the key inline.
 */
export async function keyringFor(uri: string, run: Run): Promise<string | undefined> {
  for (const text of await sourceFiles(run)) {
    const found = keyringIn(text, uri);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Looks in one sources file, of either form. */
export function keyringIn(text: string, uri: string): string | undefined {
  const lines = text.split("\n").filter((line) => !line.trimStart().startsWith("#"));
  const oneLine = lines.filter(
    (line) => /^\s*deb\s/.test(line) && line.split(/\s+/).some((word) => isSame(word, uri)),
  );
  const stanzas = lines
    .join("\n")
    .split(/\n\s*\n/)
    .filter((stanza) => urisOf(stanza).some((word) => isSame(word, uri)));
  const named = [
    ...oneLine.map((line) => /\[[^\]]*signed-by=([^\s\]]+)/i.exec(line)?.[1]),
    ...stanzas.map((stanza) => /^Signed-By:[ \t]*(\S+)/im.exec(stanza)?.[1]),
  ];
  return named.find((path) => path?.startsWith("/"));
}

async function sourceFiles(run: Run): Promise<readonly string[]> {
  const { list, parts } = await sourcePlaces(run);
  const names = await readdir(parts).catch(() => []); // a machine may have only the one file
  const files = [
    list,
    ...names.filter((name) => /\.(list|sources)$/.test(name)).map((name) => join(parts, name)),
  ];
  return Promise.all(files.map((file) => readFile(file, "utf8").catch(() => ""))); // a file that is gone names nothing
}

async function sourcePlaces(run: Run): Promise<{ list: string; parts: string }> {
  const names = ["LIST", "Dir::Etc::sourcelist/f", "PARTS", "Dir::Etc::sourceparts/d"];
  const { stdout } = await run("apt-config", ["shell", ...names]);
  return {
    list: /^LIST='(.*)'$/m.exec(stdout)?.[1] ?? "/etc/apt/sources.list",
    parts: /^PARTS='(.*)'$/m.exec(stdout)?.[1] ?? "/etc/apt/sources.list.d",
  };
}

function urisOf(stanza: string): readonly string[] {
  return /^URIs:[ \t]*(.+)$/im.exec(stanza)?.[1]?.split(/\s+/) ?? [];
}

function isSame(a: string, b: string): boolean {
  return a.replace(/\/+$/, "") === b.replace(/\/+$/, "");
}
