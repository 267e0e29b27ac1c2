/** `[[adapter]]` in TOML: the keys as they are, tables below them. */
export function adapterEntry(keys: Readonly<Record<string, unknown>>, ...tables: readonly string[]): string {
  const lines = Object.entries(keys).map(([key, value]) => `${key} = ${tomlOf(value)}`);
  return ["[[adapter]]", ...lines, ...tables, ""].join("\n");
}

/** Strings, numbers and lists of them are written as JSON writes them; tables stand on one line. */
function tomlOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(tomlOf).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const pairs = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)} = ${tomlOf(inner)}`);
  return `{ ${pairs.join(", ")} }`;
}
