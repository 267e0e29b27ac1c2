import { createRequire } from "node:module";
import { builtInAdapters } from "@fleetbus/adapters";
import { configJsonSchema, loadConfig } from "@fleetbus/core";
import { parse, stringify } from "smol-toml";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { readSource } from "./support/tree.ts";

/** A validator that fleet does not have: the one that the `cloudevents` package checks its events by. */
type Validator = new (options: object) => { compile(schema: unknown): (value: unknown) => boolean };
const ofCloudEvents = createRequire(createRequire(import.meta.url).resolve("cloudevents"));
const Ajv = ofCloudEvents("ajv/dist/2020") as Validator;

const forms = Object.fromEntries(builtInAdapters.map(({ spec }) => [spec.type, spec]));
const committed: unknown = JSON.parse(readSource("docs/config.schema.json").text);
const isValid = new Ajv({ strict: false, validateFormats: false }).compile(committed);

/** What the schema says of an entry, and what `fleet config validate` does. */
function verdicts(entry: Readonly<Record<string, unknown>>) {
  const text = stringify({ adapter: [{ name: "one", ...entry }] });
  return { schema: isValid(parse(text)), fleet: isTaken(text) };
}

function isTaken(text: string): boolean {
  try {
    loadConfig(text, { path: "fleet.toml", mode: 0o600 }, forms);
    return true;
  } catch {
    return false; // the text of the problems is for other tests
  }
}

const fine = { schema: true, fleet: true };
const refused = { schema: false, fleet: false };

describe("docs/config.schema.json, to a validator of others", () => {
  test.each(builtInAdapters.map(({ spec }) => [spec.type, spec] as const))(
    "takes each example of %s, and none with a key more",
    (type, { examples }) => {
      expect(examples.length).toBeGreaterThan(0);
      for (const { config } of examples) {
        expect(verdicts({ type, ...config })).toEqual(fine);
        expect(verdicts({ type, ...config, on: ["turn.failed"], dedupe: "1m", quiet: "ignore" })).toEqual(
          fine,
        );
        expect(verdicts({ type, ...config, no_such_key: 1 })).toEqual(refused);
      }
    },
  );

  test.each([
    { url: "ntfy://ntfy.sh/agents" },
    { url: "NTFYS://ntfy.sh/agents", tags: ["robot"] },
    { url: "slack://T000/B000/x" },
    { url: "env:PHONE_URL", anything: 1 },
    { type: "ntfy", topic: "agents", token: "env:NTFY_TOKEN" },
    { type: "gotify", server: "env:X", token: "file:/run/token" },
    { type: "./mine.mjs", anything: 1 },
    { type: "/opt/mine.mjs", anything: 1 },
    { type: "fleet-adapter-pager", number: "4711" },
    { type: "@acme/pager" },
    { type: "claude-socket" },
  ])("takes %j", (entry) => {
    const { schema, fleet } = verdicts(entry);
    expect({ schema, fleet }).toEqual(fine);
  });

  test.each([
    { type: "ntfi", topic: "agents" },
    { type: "ntfy" },
    { type: "ntfy", topic: "agents", tokne: "env:T" },
    { type: "ntfy", topic: 7 },
    { type: "ntfy", topic: "agents", url: "ntfy://ntfy.sh/agents" },
    { type: "email", host: "mail.example.com", from: "a@example.com", to: [] },
    { url: "nfty://ntfy.sh/agents" },
    { url: "ntfy://ntfy.sh/agents", tokne: "x" },
    { type: "claude-socket", anything: 1 },
    {},
  ])("refuses %j", (entry) => {
    expect(verdicts(entry)).toEqual(refused);
  });

  test("describes every key of every adapter, and how a secret is written", () => {
    const items = z
      .object({
        properties: z.object({ adapter: z.object({ items: z.object({ oneOf: z.array(branchSchema) }) }) }),
      })
      .parse(committed).properties.adapter.items;
    const byTitle = new Map(items.oneOf.map((branch) => [branch.title, branch]));
    for (const { spec } of builtInAdapters) {
      const { properties } = branchSchema.parse(byTitle.get(spec.type));
      for (const [key, { description }] of Object.entries(properties))
        if (key !== "type") expect(description, `${spec.type}.${key}`).toMatch(/\w/);
    }
    expect(byTitle.get("ntfy")?.properties["token"]?.description).toContain("env:NAME or file:/path");
    expect(byTitle.get("ntfy by its URL")?.properties["url"]?.description).toContain("ntfy://");
  });

  test("says of a secret what it may be when it is written out, too", () => {
    const form = {
      config: z.strictObject({
        pin: z
          .string()
          .regex(/^\d{4}$/)
          .describe("A pin.")
          .meta({ secret: true }),
      }),
    };
    const isFit = new Ajv({ strict: false }).compile(configJsonSchema({ lock: form }));
    const of = (pin: string) => isFit({ adapter: [{ name: "a", type: "lock", pin }] });
    expect(["1234", "env:PIN", "file:/run/pin", "12345", "pin"].map(of)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  const nested: z.ZodType = z.strictObject({
    get more() {
      return z.array(nested).optional();
    },
  });

  test.each([
    ["a union", z.union([z.strictObject({ a: z.string() }), z.strictObject({ b: z.string() })])],
    ["an object that takes any keys", z.looseObject({ a: z.string() })],
    ["one that holds itself", nested],
    ["one of another library", { safeParse: () => ({ success: true, data: {} }) } as unknown as z.ZodType],
  ])("says nothing of keys that it cannot tell: %s", (_, config) => {
    const isFit = new Ajv({ strict: false }).compile(configJsonSchema({ "fleet-adapter-x": { config } }));
    expect(isFit({ adapter: [{ name: "a", type: "fleet-adapter-x", more: [] }] })).toBe(true);
  });
});

const branchSchema = z.looseObject({
  title: z.string(),
  properties: z.record(z.string(), z.looseObject({ description: z.string().optional() })).default({}),
});
