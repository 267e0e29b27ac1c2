import type { z } from "zod";
import {
  childrenOf,
  isRecord,
  jsonSchemaOf,
  placesOf,
  secretPathsOf,
  valueAt,
  type Place,
} from "./json-schema.ts";
import { formatPath } from "./positions.ts";
import { problemsOf, type Problem } from "./problems.ts";
import { adapterKeys } from "./adapter-entry.ts";
import { isSecretReference } from "./secret.ts";

/** The config schemas of adapters by type, as far as they are known before a custom one is loaded. */
export type AdapterSchemas = Readonly<Record<string, z.ZodType>>;

/** What is wrong with the adapters' own keys, and with names that two of them bear. */
export function checkAdapters(raw: unknown, schemas: AdapterSchemas): readonly Problem[] {
  return [
    ...entriesOf(raw).flatMap((entry, index) => checkOwnKeys(entry, index, schemas)),
    ...sameNames(raw),
  ];
}

/** The adapters' secrets: by schema where it is known, else by the key's name. */
export function adapterSecrets(raw: unknown, schemas: AdapterSchemas): readonly Place[] {
  return entriesOf(raw).flatMap((entry, index) => {
    const short = typeof entry["url"] === "string" && entry["type"] === undefined;
    if (short) return [{ path: ["adapter", index, "url"], value: entry["url"] }];
    const schema = schemas[String(entry["type"])];
    const paths = schema === undefined ? undefined : secretPathsOf(jsonSchemaOf(schema));
    const places = paths?.flatMap((path) => placesOf(entry, path)) ?? suspects(entry);
    return places.map(({ path, value }) => ({ path: ["adapter", index, ...path], value }));
  });
}

/** An entry without fleet's own keys: what the adapter's schema parses; without a type `url` stands for all of them. */
export function ownKeys(entry: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const isOwn = (key: string) => (key === "url" ? entry["type"] !== undefined : !adapterKeys.includes(key));
  return Object.fromEntries(Object.entries(entry).filter(([key]) => isOwn(key)));
}

function entriesOf(raw: unknown): readonly Readonly<Record<string, unknown>>[] {
  const list = isRecord(raw) ? raw["adapter"] : undefined;
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

function checkOwnKeys(
  entry: Readonly<Record<string, unknown>>,
  index: number,
  schemas: AdapterSchemas,
): readonly Problem[] {
  const schema = schemas[String(entry["type"])];
  if (schema === undefined) return [];
  const own = ownKeys(entry);
  const issues = schema.safeParse(own).error?.issues ?? [];
  // what a secret names is checked when it is read
  const meant = issues.filter((issue) => !isReference(valueAt(own, issue.path)));
  return problemsOf(meant, jsonSchemaOf(schema), ["adapter", index]);
}

function isReference(value: unknown): boolean {
  return typeof value === "string" && isSecretReference(value);
}

function sameNames(raw: unknown): readonly Problem[] {
  const names = entriesOf(raw).map((entry) => entry["name"]);
  return names.flatMap((name, index) => {
    const isRepeat = typeof name === "string" && names.indexOf(name) < index;
    const path = formatPath(["adapter", index, "name"]);
    return isRepeat ? [{ path, message: `"${name}" is the name of another adapter too` }] : [];
  });
}

const suspicious = /(?:token|secret|passw(?:or)?d|api_?key|credentials?)$/i;

function suspects(value: unknown): readonly Place[] {
  return childrenOf(value).flatMap((child) => {
    if (typeof child.value === "string") return suspicious.test(String(child.path[0])) ? [child] : [];
    return suspects(child.value).map((place) => ({ ...place, path: [...child.path, ...place.path] }));
  });
}
