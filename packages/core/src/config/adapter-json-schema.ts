import { adapterKeys } from "./adapter-entry.ts";
import type { AdapterForm, AdapterSchemas } from "./adapter-forms.ts";
import { isRecord, jsonSchemaOf } from "./json-schema.ts";

type Node = Readonly<Record<string, unknown>>;

/** What of a config stands outside of the file: every secret may. */
const reference = { type: "string", pattern: "^(?:env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$" };
const advice = "A secret: env:NAME or file:/path; itself only in a file of mode 600.";

/**
 * The JSON Schema of one `[[adapter]]` with the keys of each adapter that is known: an entry fits exactly one of
 * `oneOf`, by its type, by the scheme of its URL, or as a module or URL of which nothing is known here. `properties` are
 * fleet's own keys, for all of them. An editor completes from all branches, and checks by the one.
 */
export function adapterItemSchema(item: unknown, schemas: AdapterSchemas): unknown {
  const forms = Object.entries(schemas);
  if (!isRecord(item) || forms.length === 0) return item;
  const branches = [
    ...forms.map(([type, form]) => typed(type, form)),
    ...forms.flatMap(([type, form]) => short(type, form)),
    moduleOf(Object.keys(schemas)),
    namedUrl,
  ];
  return { ...item, oneOf: branches };
}

function typed(type: string, form: AdapterForm): Node {
  const own = ownOf(form);
  return {
    title: type,
    ...(form.summary === undefined ? {} : { description: form.summary }),
    properties: { type: { const: type }, ...own?.properties },
    required: ["type", ...(own?.required ?? [])],
    ...onlyKeys(own, []),
  };
}

/** By a URL, which stands for all of the keys that it has a place for. */
function short(type: string, { urls, ...form }: AdapterForm): readonly Node[] {
  if (urls === undefined) return [];
  const own = ownOf(form);
  const { url: _, ...properties } = own?.properties ?? {};
  const shown = `${urls.schemes.map((scheme) => `${scheme}://`).join(" or ")}…`;
  const url = {
    pattern: `^(?:${urls.schemes.map(anyCase).join("|")}):`,
    description: `All of ${type}'s keys in one: ${shown}`,
  };
  return [
    {
      title: `${type} by its URL`,
      properties: { url, ...properties },
      required: ["url"],
      not: { required: ["type"] },
      ...onlyKeys(own, ["url"]),
    },
  ];
}

/** A module of somebody's own that was not looked at: any keys. */
function moduleOf(types: readonly string[]): Node {
  const type = {
    allOf: [{ pattern: "^[./]|[/-]" }, { not: { enum: types } }],
    description: "A path (./mine.mjs) or a package (fleet-adapter-…)",
  };
  return { title: "an adapter of one's own", properties: { type }, required: ["type"] };
}

/** A URL that stands outside of the file: it may be of any adapter. */
const namedUrl: Node = {
  title: "a URL that is a secret",
  properties: { url: { pattern: reference.pattern, description: "env:NAME or file:/path" } },
  required: ["url"],
  not: { required: ["type"] },
};

interface OwnKeys {
  readonly properties: Node;
  readonly required: readonly string[];
}

/** Undefined where nothing can be said of them: no JSON Schema, no plain object, or one that refers to itself. */
function ownOf({ config }: AdapterForm): OwnKeys | undefined {
  const schema = jsonSchemaOf(config);
  if (!isRecord(schema) || !isRecord(schema["properties"]) || schema["additionalProperties"] !== false)
    return undefined;
  if (JSON.stringify(schema).includes('"$ref"')) return undefined;
  const properties = Object.entries(schema["properties"]).filter(([key]) => !adapterKeys.includes(key));
  const required: unknown = schema["required"];
  return {
    properties: Object.fromEntries(properties.map(([key, node]) => [key, withReferences(node)])),
    required: Array.isArray(required) ? required.filter((key) => typeof key === "string") : [],
  };
}

function onlyKeys(own: OwnKeys | undefined, beside: readonly string[]): Node {
  if (own === undefined) return {};
  return {
    propertyNames: { enum: [...new Set([...adapterKeys, ...beside, ...Object.keys(own.properties)])] },
  };
}

/** A schema in which each secret may be named instead. */
function withReferences(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withReferences);
  if (!isRecord(node)) return node;
  if (node["secret"] !== true)
    return Object.fromEntries(Object.entries(node).map(([key, inside]) => [key, withReferences(inside)]));
  const { description, secret, ...rest } = node;
  const text = typeof description === "string" ? `${description} ${advice}` : advice;
  return { description: text, secret, anyOf: [reference, rest] };
}

/** JSON Schema has no flag for it. */
function anyCase(scheme: string): string {
  return scheme.toLowerCase().replace(/[a-z+.]/g, (char) => {
    return /[a-z]/.test(char) ? `[${char}${char.toUpperCase()}]` : `[${char}]`;
  });
}
