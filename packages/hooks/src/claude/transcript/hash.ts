import { createHash } from "node:crypto";

/**
 * The hash by which a request names a message: SHA-256 over its JSON with sorted keys and without cache marks.
 * `blocks` are the blocks' own canonical texts (`canonical`). Seen in 2.1.329.
 */
export function messageHash(role: string, blocks: readonly string[]): string {
  return createHash("sha256")
    .update(`{"content":[${blocks.join(",")}],"role":${JSON.stringify(role)}}`)
    .digest("hex");
}

/** JSON with sorted keys, without `cache_control` and what is undefined. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const fields = Object.entries(value)
    .filter(([key, field]) => key !== "cache_control" && field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`);
  return `{${fields.join(",")}}`;
}
