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

/** Bytes of these outputs together. */
export function sizeOf(metafile: Metafile, outputs: readonly string[]): number {
  return outputs.reduce((sum, path) => sum + (metafile.outputs[path]?.bytes ?? 0), 0);
}

/** The source files whose code is in these outputs. */
export function sourcesIn(metafile: Metafile, outputs: readonly string[]): readonly string[] {
  const inputs = outputs.flatMap((path) => Object.entries(metafile.outputs[path]?.inputs ?? {}));
  return inputs.filter(([, input]) => input.bytesInOutput > 0).map(([path]) => path);
}
