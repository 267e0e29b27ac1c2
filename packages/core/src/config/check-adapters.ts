import type { z } from "zod";
import { messageOf } from "../errors/fleet-error.ts";
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
import { adapterKeys } from "./adapter-entry.ts";
import { problemsOf, type Problem } from "./problems.ts";
import {
  isModuleType,
  isTypedShortForm,
  keysOf,
  ownKeys,
  typeOfScheme,
  unknownScheme,
  unknownWord,
  type AdapterSchemas,
} from "./adapter-forms.ts";
import { isSecretReference } from "./secret.ts";

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
    const schema = schemas[String(entry["type"])]?.config;
    const paths = schema === undefined ? undefined : secretPathsOf(jsonSchemaOf(schema));
    const places = paths?.flatMap((path) => placesOf(entry, path)) ?? suspects(entry);
    return places.map(({ path, value }) => ({ path: ["adapter", index, ...path], value }));
  });
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
  const { type, url } = entry;
  if (Object.keys(schemas).length === 0) return [];
  if (typeof type !== "string")
    return typeof url === "string" ? checkUrl(entry, { url, index }, schemas) : [];
  if (isTypedShortForm(entry, schemas))
    return [{ path: formatPath(["adapter", index, "type"]), message: "with url leave type out" }];
  const form = Object.hasOwn(schemas, type) ? schemas[type] : undefined;
  if (form !== undefined) return checkKeys(ownKeys(entry), form.config, ["adapter", index]);
  if (isModuleType(type, schemas)) return [];
  const message = `${unknownWord(type, Object.keys(schemas))}, or name a path (./mine.mjs) or a package`;
  return [{ path: formatPath(["adapter", index, "type"]), message }];
}

/** What a URL says is checked as if it were written key by key; its problems stand where the URL does. */
function checkUrl(
  entry: Readonly<Record<string, unknown>>,
  { url, index }: { readonly url: string; readonly index: number },
  schemas: AdapterSchemas,
): readonly Problem[] {
  if (isSecretReference(url)) return []; // read when the adapter is opened
  const path = formatPath(["adapter", index, "url"]);
  const type = typeOfScheme(url, schemas);
  const form = type === undefined ? undefined : schemas[type];
  if (form === undefined) return [{ path, message: unknownScheme(url, schemas) }];
  try {
    const written = Object.keys(ownKeys(entry));
    return checkKeys(keysOf(entry, form), form.config, ["adapter", index]).map((problem) =>
      written.some((key) => problem.path.startsWith(formatPath(["adapter", index, key])))
        ? problem
        : {
            ...problem,
            path,
            message: `${problem.path.replace(/^adapter\[\d+\]\.?/, "")}: ${problem.message}`,
          },
    );
  } catch (error) {
    return [{ path, message: messageOf(error) }];
  }
}

function checkKeys(
  own: Readonly<Record<string, unknown>>,
  schema: z.ZodType,
  at: readonly PropertyKey[],
): readonly Problem[] {
  const issues = schema.safeParse(own).error?.issues ?? [];
  // what a secret names is checked when it is read
  const meant = issues.filter((issue) => !isReference(valueAt(own, issue.path)));
  return keyProblems(meant, schema, at);
}

/** What a schema's issues say of an adapter's own keys. An unknown key may be meant for one of fleet's own beside them. */
export function keyProblems(
  issues: readonly z.core.$ZodIssue[],
  schema: z.ZodType,
  at: readonly PropertyKey[] = [],
): readonly Problem[] {
  const own = jsonSchemaOf(schema);
  if (!isRecord(own) || !isRecord(own["properties"])) return problemsOf(issues, own, at);
  const beside = Object.fromEntries(adapterKeys.map((key) => [key, {}]));
  return problemsOf(issues, { ...own, properties: { ...own["properties"], ...beside } }, at);
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
