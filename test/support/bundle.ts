import type { Metafile } from "esbuild";

/** The chunks that node loads for `entries` before their code runs: the closure over static imports. */
export function loadedBy(metafile: Metafile, entries: readonly string[]): readonly string[] {
  const loaded = new Set<string>();
  const visit = (path: string): void => {
    if (loaded.has(path)) return;
    loaded.add(path);
    const imports = metafile.outputs[path]?.imports ?? [];
    imports
      .filter((item) => item.kind === "import-statement" && !item.external)
      .forEach((item) => visit(item.path));
  };
  entries.forEach(visit);
  return [...loaded];
}

/** The output whose entry is the source `path`: a dynamically imported command has one of its own. */
export function commandOutput(metafile: Metafile, path: string): string {
  const found = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint === path);
  if (found === undefined) throw new Error(`finding the chunk of ${path}: nothing imports it dynamically`);
  return found[0];
}

/** Bytes of these outputs together. */
export function sizeOf(metafile: Metafile, outputs: readonly string[]): number {
  return outputs.reduce((sum, path) => sum + (metafile.outputs[path]?.bytes ?? 0), 0);
}

/** The source files whose code is in these outputs. */
export function sourcesIn(metafile: Metafile, outputs: readonly string[]): readonly string[] {
  const inputs = outputs.flatMap((path) => Object.entries(metafile.outputs[path]?.inputs ?? {}));
  return inputs.filter(([, input]) => input.bytesInOutput > 0).map(([path]) => path);
}
