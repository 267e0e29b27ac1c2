import { deepEqual, equal, match, ok } from "node:assert/strict";
import { z } from "zod";
import { valueAt } from "../../config/json-schema.ts";
import { isSecretReference } from "../../config/secret.ts";
import { isToken } from "../../names/token.ts";
import type { AdapterCase } from "./case.ts";

const always = () => true;

/** The static half: the config's schema is the documentation. */
export const specCases: readonly AdapterCase[] = [
  {
    name: "its type is one word, its summary a sentence, its kinds are named",
    isFor: always,
    run: async ({ subject: { adapter } }) => {
      const { type, summary, on = [] } = adapter.spec;
      ok(isToken(type), `type "${type}" is no token`);
      match(summary, /^[A-Z].{10,}\.$/, "the summary is no sentence");
      for (const kind of on) match(kind, /^[a-z]+(\.[a-z]+)*(\.[*>])?$|^[*>]$/, `"${kind}" is no kind`);
    },
  },
  {
    name: "every field of its config is described",
    isFor: always,
    run: async ({ subject: { adapter } }) => {
      const missing = fieldsOf(jsonSchema(adapter.spec.config)).filter(
        ({ schema }) => !hasText(schema["description"]),
      );
      deepEqual(
        missing.map(({ path }) => path),
        [],
      );
    },
  },
  {
    name: "every field that holds a secret is marked as one",
    isFor: always,
    run: async ({ subject: { adapter } }) => {
      const secrets = fieldsOf(jsonSchema(adapter.spec.config)).filter(({ path }) =>
        /(token|secret|password|apikey)$/i.test(path),
      );
      deepEqual(
        secrets.filter(({ schema }) => schema["secret"] !== true).map(({ path }) => path),
        [],
      );
    },
  },
  {
    name: "its examples have a title and parse, and there is one",
    isFor: always,
    run: async ({ subject: { adapter } }) => {
      const { examples, config } = adapter.spec;
      ok(examples.length > 0, "there is no example");
      for (const { title, config: example } of examples) {
        ok(hasText(title), "an example has no title");
        deepEqual(problemsOf(config, example), [], `the example "${title}" does not parse`);
      }
    },
  },
  {
    name: "its config refuses keys that it does not know",
    isFor: always,
    run: async ({ subject: { adapter, validConfig } }) => {
      ok(adapter.spec.config.safeParse(validConfig).success, "the valid config does not parse");
      equal(adapter.spec.config.safeParse({ ...validConfig, "no-such-key": 1 }).success, false);
    },
  },
  {
    name: "its traits are possible",
    isFor: always,
    run: async ({ subject: { adapter } }) => {
      const { maxBytes, rate } = adapter.spec.traits;
      ok(maxBytes === undefined || (Number.isInteger(maxBytes) && maxBytes > 0), "maxBytes is no count");
      ok(rate === undefined || (rate.count > 0 && rate.perMs > 0), "rate is none");
    },
  },
  {
    name: "it declares a source exactly where open gives one, and gives a sink or a source",
    isFor: always,
    run: async ({ open, subject: { adapter } }) => {
      const { sink, source } = open();
      ok(sink !== undefined || source !== undefined, "open gives neither a sink nor a source");
      equal(source !== undefined, adapter.spec.source !== undefined, "spec.source and open differ");
      ok(adapter.spec.source?.isAlone !== true || sink === undefined, "it is not alone: open gives a sink");
    },
  },
];

/** What a secret names is checked when it is read: until then the schema may not know its form. */
function problemsOf(config: z.ZodType, example: Schema): readonly string[] {
  const issues = config.safeParse(example).error?.issues ?? [];
  const isNamed = (value: unknown) => typeof value === "string" && isSecretReference(value);
  return issues
    .filter(({ path }) => !isNamed(valueAt(example, path)))
    .map(({ path, message }) => `${path.join(".")}: ${message}`);
}

type Schema = Readonly<Record<string, unknown>>;

interface Field {
  readonly path: string;
  readonly schema: Schema;
}

function jsonSchema(config: z.ZodType): Schema {
  return z.toJSONSchema(config, { io: "input", unrepresentable: "any" });
}

/** Every property, those of objects in it too. */
function fieldsOf(schema: Schema, path = ""): readonly Field[] {
  const own = Object.entries(recordOf(schema["properties"])).map(([name, field]) => ({
    path: path === "" ? name : `${path}.${name}`,
    schema: recordOf(field),
  }));
  const { items, additionalProperties, anyOf, oneOf, allOf } = schema;
  const nested = [items, additionalProperties, anyOf, oneOf, allOf].flat().filter(isObject);
  const deeper = own.flatMap((field) => fieldsOf(field.schema, field.path));
  return [...own, ...deeper, ...nested.flatMap((inner) => fieldsOf(recordOf(inner), path))];
}

function recordOf(value: unknown): Schema {
  const parsed = z.record(z.string(), z.unknown()).safeParse(value);
  return parsed.success ? parsed.data : {};
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function hasText(value: unknown): boolean {
  return typeof value === "string" && value.trim() !== "";
}
