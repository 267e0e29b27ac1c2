/** A place in a text, both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A path as problems name it: `adapter[0].topic`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? String(part) : `${text}.${String(part)}`;
  }, "");
}

/**
 * Where each key and table of a TOML text begins, by its path. The parser says so of syntax errors only. The text must
 * have parsed; what stands inside an inline table or array has the place of its key.
 */
export function positionsOf(text: string): ReadonlyMap<string, Position> {
  const found = new Map<string, Position>();
  const counts = new Map<string, number>();
  const read = readers();
  const starts = lineStarts(text);
  let table = "";
  for (let at = 0; at < text.length;) {
    const header = matchAt(read.header, text, at);
    const key = header === undefined ? matchAt(read.key, text, at) : undefined;
    const [whole = text.charAt(at), open, name = ""] = header ?? key ?? matchAt(read.filler, text, at) ?? [];
    if (header !== undefined) table = enter(partsOf(name), open === "[[", counts);
    const paths =
      header !== undefined ? [table] : key !== undefined ? prefixes(table, partsOf(open ?? "")) : [];
    for (const path of paths) if (!found.has(path)) found.set(path, positionAt(starts, at));
    at += whole.length;
    if (key !== undefined) at = endOfValue(read.value, text, at);
  }
  return found;
}

/** Regular expressions that keep a position are made anew for each text. */
function readers() {
  const part = String.raw`(?:"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+)`;
  const name = String.raw`${part}(?:[ \t]*\.[ \t]*${part})*`;
  return {
    filler: /(?:\s|#[^\n]*)+/y,
    header: new RegExp(String.raw`(\[\[?)[ \t]*(${name})[ \t]*\]\]?`, "y"),
    key: new RegExp(String.raw`(${name})[ \t]*=`, "y"),
    value:
      /"""(?:[^\\]|\\[^])*?"""+|'''[^]*?'''+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|#[^\n]*|[[{]|[\]}]|\n|[^\n"'#[\]{}]+/y,
  };
}

function matchAt(pattern: RegExp, text: string, at: number): readonly string[] | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

function endOfValue(token: RegExp, text: string, from: number): number {
  let at = from;
  for (let depth = 0; at < text.length;) {
    const [whole = text.charAt(at)] = matchAt(token, text, at) ?? [];
    if (whole === "\n" && depth === 0) return at;
    if (whole === "[" || whole === "{") depth += 1;
    if (whole === "]" || whole === "}") depth -= 1;
    at += whole.length;
  }
  return at;
}

/** The path of a table header, within the newest element of each array of tables on its way. */
function enter(parts: readonly string[], isElement: boolean, counts: Map<string, number>): string {
  let path = "";
  for (const [index, part] of parts.entries()) {
    path = path === "" ? part : `${path}.${part}`;
    if (isElement && index === parts.length - 1) counts.set(path, (counts.get(path) ?? 0) + 1);
    const count = counts.get(path);
    if (count !== undefined) path = `${path}[${count - 1}]`;
  }
  return path;
}

function prefixes(table: string, parts: readonly string[]): readonly string[] {
  const root = table === "" ? [] : [table];
  return parts.map((_, index) => [...root, ...parts.slice(0, index + 1)].join("."));
}

function partsOf(name: string): readonly string[] {
  const parts = name.match(/"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+/g) ?? [];
  return parts.map((part) => part.replace(/^(["'])(.*)\1$/s, "$2"));
}

/** Where each line begins. */
function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function positionAt(starts: readonly number[], at: number): Position {
  let low = 0;
  for (let high = starts.length; high - low > 1;) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle;
  }
  return { line: low + 1, column: at - (starts[low] ?? 0) + 1 };
}
