/** What an adapter is made for: to send, to listen, or both. */
export const adapterKinds = ["sink", "source", "both"] as const;
/** One of them. */
export type AdapterKind = (typeof adapterKinds)[number];

/** The name in the templates, which are whole packages of kind `both`: they are type checked and tested as they stand. */
export const templateName = "doorbell";

const block =
  /^[ \t]*(?:\/\/|<!--) only: (sink|source)(?: -->)?\n([^]*?)^[ \t]*(?:\/\/|<!--) end(?: -->)?\n/gm;
const filesOf = { sink: /^src\/(?:sink|limits)\./, source: /^src\/source\./ } as const;

/** A file of a template, for a name and a kind: what stands between `// only: sink` and `// end` is for those that send. */
export function filled(text: string, name: string, kind: AdapterKind): string {
  return text
    .replace(block, (_, part: string, inside: string) => (isIn(kind, part) ? inside : ""))
    .replaceAll(templateName, name)
    .replaceAll(templateName.toUpperCase(), name.toUpperCase().replaceAll("-", "_"));
}

/** Whether a file of a template is for this kind. */
export function isForKind(path: string, kind: AdapterKind): boolean {
  return !Object.entries(filesOf).some(([part, files]) => files.test(path) && !isIn(kind, part));
}

function isIn(kind: AdapterKind, part: string): boolean {
  return kind === "both" || kind === part;
}
