import { z } from "zod";

/** The JSON Schema of what a zod schema takes; undefined where it has none (a schema of another kind of zod, a custom check). */
export function jsonSchemaOf(schema: z.ZodType): unknown {
  try {
    return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  } catch {
    return undefined; // it serves suggestions and redaction, which then fall back on names
  }
}

/** The keys that a JSON Schema knows at a path. */
export function keysAt(schema: unknown, path: readonly PropertyKey[]): readonly string[] {
  const node = path.reduce<unknown>(childOf, schema);
  return isRecord(node) && isRecord(node["properties"]) ? Object.keys(node["properties"]) : [];
}

/** Stands in a path for every element of an array and every value of a record. */
export const each = "*";

/** The paths of the values that are marked `.meta({ secret: true })`. */
export function secretPathsOf(schema: unknown): readonly (readonly string[])[] {
  if (!isRecord(schema)) return [];
  if (schema["secret"] === true) return [[]];
  const properties = isRecord(schema["properties"]) ? Object.entries(schema["properties"]) : [];
  const inside: readonly (readonly [string, unknown])[] = [
    ...properties,
    [each, schema["items"]],
    [each, schema["additionalProperties"]],
  ];
  return inside.flatMap(([key, node]) => secretPathsOf(node).map((path) => [key, ...path]));
}

/** One value with its place. */
export interface Place {
  readonly path: readonly PropertyKey[];
  readonly value: unknown;
}

/** The values that stand at a path of `secretPathsOf`. */
export function placesOf(value: unknown, [part, ...rest]: readonly string[]): readonly Place[] {
  if (value === undefined) return [];
  if (part === undefined) return [{ path: [], value }];
  const inside =
    part === each ? childrenOf(value) : isRecord(value) ? [{ path: [part], value: value[part] }] : [];
  return inside.flatMap((child) => {
    return placesOf(child.value, rest).map((place) => ({ ...place, path: [...child.path, ...place.path] }));
  });
}

/** The values inside an array or object, each with its index or key. */
export function childrenOf(value: unknown): readonly Place[] {
  if (Array.isArray(value)) return value.map((inside: unknown, index) => ({ path: [index], value: inside }));
  return isRecord(value)
    ? Object.entries(value).map(([key, inside]) => ({ path: [key], value: inside }))
    : [];
}

/** The value at a path, undefined where there is none. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inside, part) => {
    if (Array.isArray(inside) && typeof part === "number") return inside[part];
    return isRecord(inside) ? inside[String(part)] : undefined;
  }, value);
}

/** Whether a value is an object with keys, a table of TOML for one. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function childOf(node: unknown, part: PropertyKey): unknown {
  if (!isRecord(node)) return undefined;
  if (typeof part === "number") return node["items"];
  const named = isRecord(node["properties"]) ? node["properties"][String(part)] : undefined;
  return named ?? node["additionalProperties"];
}
