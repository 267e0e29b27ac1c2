import { describe, expect, test } from "vitest";
import { z } from "zod";
import { toFleetError, type FleetError } from "../errors/fleet-error.ts";
import { loadConfig, type ConfigFile } from "./load.ts";
import type { Problem } from "./problems.ts";
import { configJsonSchema } from "./schema.ts";
import { Secret } from "./secret.ts";

const file: ConfigFile = { path: "/home/dev/fleet.toml", mode: 0o600 };
const adapters = {
  ntfy: {
    config: z.strictObject({
      topic: z.string(),
      token: z.string().min(3).meta({ secret: true }).optional(),
      count: z.int().default(1),
    }),
  },
};

/** The example of DESIGN §11. */
const example = `
machine = "lab"

[me]
zone = "Europe/Berlin"
quiet = "22:00-07:00"
via = ["desktop", "phone"]
escalate_after = "5m"

[wake]
per_session = "20/h"
fleet = "200/h"

[policy]
other_machines = "refuse"
answer_permissions = false

[[session]]
match = "web"
role = "frontend"
parent = "api"

[[adapter]]
name = "phone"
type = "ntfy"
topic = "agents"
token = "env:NTFY_TOKEN"
on = ["permission.requested", "turn.failed", "session.lost"]
priority = "high"
`;

function errorOf(text: string, at: ConfigFile = file): FleetError {
  try {
    loadConfig(text, at, adapters);
  } catch (error) {
    return toFleetError(error);
  }
  throw new Error("it has no problems");
}

function problemsOf(text: string, at: ConfigFile = file): readonly Problem[] {
  return errorOf(text, at).details["problems"] as readonly Problem[];
}

describe("a good config", () => {
  test("is read whole, adapters keep their own keys", () => {
    const desktop = { config: z.strictObject({}), text: {} };
    const { config } = loadConfig(example, file, { ...adapters, desktop });
    expect(config.me).toEqual({
      zone: "Europe/Berlin",
      quiet: { from: 1320, to: 420 },
      via: ["desktop", "phone"],
      escalate_after: 300_000,
    });
    expect(config.wake).toEqual({
      enabled: true,
      tell_me: true,
      resume_parked: true,
      per_session: { count: 20, perMs: 3_600_000 },
      fleet: { count: 200, perMs: 3_600_000 },
    });
    expect(config.session).toEqual([{ match: "web", role: "frontend", parent: "api" }]);
    expect(config.adapter[0]).toMatchObject({
      name: "phone",
      type: "ntfy",
      topic: "agents",
      token: "env:NTFY_TOKEN",
      priority: "high",
    });
  });

  test("may be empty: every key is optional", () => {
    const { config } = loadConfig("", file);
    expect(config).toMatchObject({
      ns: "main",
      policy: { other_machines: "allow" },
      inbox: { depth: 1000 },
      adapter: [],
      session: [],
    });
    expect(config.wake.per_session).toEqual({ count: 20, perMs: 3_600_000 });
    expect(config.machine).toBeUndefined();
  });

  test("keeps credentials as a secret", () => {
    const { config, secrets } = loadConfig('[server]\ncreds = "file:/x.creds"', file);
    expect(config.server.creds).toBeInstanceOf(Secret);
    expect(secrets).toEqual(["server.creds"]);
  });
});

describe("problems", () => {
  test("are all told at once, in order, each with its place and the nearest valid key", () => {
    const text = [
      'machin = "lab"',
      "[me]",
      'zone = "Europe/Atlantis"',
      'quite = "22:00-07:00"',
      "[wake]",
      "per_session = 20",
      'fleet = "200"',
      "[policy]",
      'other_machines = "ignore"',
      "[[session]]",
      'role = "Front End"',
      "[[adapter]]",
      'name = "phone"',
      'type = "ntfy"',
      'topci = "x"',
      "[[adapter]]",
      'name = "phone"',
      'type = "./mine.mjs"',
      "anything = 1",
      "[[adapter]]",
      'name = "all"',
      'type = "x"',
    ].join("\n");
    const error = errorOf(text);
    expect(error).toMatchObject({ code: "config", exitCode: 2 });
    expect(error.message.split("\n")).toEqual([
      "reading /home/dev/fleet.toml: 13 problems",
      "  1:1 machin: unknown key; did you mean machine?",
      "  3:1 me.zone: no time zone that this machine knows, as Europe/Berlin",
      "  4:1 me.quite: unknown key; did you mean quiet?",
      "  6:1 wake.per_session: expected string, received number",
      "  7:1 wake.fleet: use a count and a period, as in 20/h or 5/10m",
      '  9:1 policy.other_machines: expected one of "allow"|"refuse"',
      "  10:1 session[0].match: missing; string expected",
      "  11:1 session[0].role: use a-z, 0-9, - and _, at most 63 characters",
      "  12:1 adapter[0].topic: missing; string expected",
      "  15:1 adapter[0].topci: unknown key; did you mean topic?",
      '  17:1 adapter[1].name: "phone" is the name of another adapter too',
      "  21:1 adapter[2].name: a reserved name",
      '  22:1 adapter[2].type: there is no "x"; there are ntfy, or name a path (./mine.mjs) or a package',
    ]);
    expect(problemsOf(text)[0]).toEqual({
      path: "machin",
      message: "unknown key; did you mean machine?",
      didYouMean: "machine",
      line: 1,
      column: 1,
    });
  });

  test("of syntax have a place too", () => {
    expect(problemsOf('machine = "lab"\n[me\nx = 1')).toEqual([
      { path: "", message: "illegal character in key", line: 2, column: 4 },
    ]);
  });

  test("of an unknown key that resembles nothing name what there is", () => {
    expect(problemsOf("[events]\nzzzzzzzz = 1")[0]?.message).toBe("unknown key; there are bodies");
  });

  test("of a table that is no table", () => {
    expect(problemsOf("wake = 3")[0]).toMatchObject({
      path: "wake",
      message: "expected object, received number",
    });
    expect(problemsOf('adapter = "x"')[0]).toMatchObject({ path: "adapter" });
  });

  test.each([
    ["[adapter]", "adapter", "one table instead of a list: write [[adapter]]"],
    ["[adapter.replies]", "adapter", "one table instead of a list: write [[adapter]]"],
    ["[session]", "session", "one table instead of a list: write [[session]]"],
    ["[[adapters]]", "adapters", "unknown key; did you mean adapter?"],
    ["[[sessions]]", "sessions", "unknown key; did you mean session?"],
    ['me.via = "desktop"', "me.via", 'write ["desktop"]'],
    ["me.via = 3", "me.via", "expected array, received number"],
  ])("of %s have their line, and say what to write", (line, path, message) => {
    expect(problemsOf(`ns = "main"\n\n${line}`)).toMatchObject([{ path, message, line: 3, column: 1 }]);
  });
});

describe("a literal secret", () => {
  const literal = '[[adapter]]\nname = "a"\ntype = "ntfy"\ntopic = "t"\ntoken = "tk_123"';
  const custom = '[[adapter]]\nname = "a"\ntype = "./x.mjs"\n[adapter.auth]\npassword = "hunter2"';
  const creds = '[server]\ncreds = "-----BEGIN"';

  test.each([
    ["by the adapter's schema", literal, "adapter[0].token"],
    ["by the name of a custom adapter's key", custom, "adapter[0].auth.password"],
    ["of the server", creds, "server.creds"],
  ])("is a problem in a file that others can read, %s", (_, text, path) => {
    expect(problemsOf(text, { ...file, mode: 0o644 })).toMatchObject([
      { path, message: expect.stringContaining("mode 644") },
    ]);
    expect(errorOf(text, { ...file, mode: 0o640 }).message).not.toMatch(/tk_123|hunter2|BEGIN/);
  });

  test.each([0o600, 0o400, 0o100600, undefined])("is none where the mode is %o", (mode) => {
    for (const text of [literal, custom, creds]) {
      expect(loadConfig(text, { path: "x", mode }, adapters).secrets).toHaveLength(1);
    }
  });

  test("named by a reference is none, even against the schema's own rules", () => {
    const text = literal.replace("tk_123", "env:T");
    expect(loadConfig(text, { ...file, mode: 0o644 }, adapters).secrets).toEqual(["adapter[0].token"]);
  });
});

test("the JSON Schema describes every key, in the form it is written", () => {
  const schema = configJsonSchema();
  const missing: string[] = [];
  const walk = (node: unknown, path: string): void => {
    const { properties = {}, items } = node as {
      properties?: Record<string, { description?: string }>;
      items?: unknown;
    };
    if (items !== undefined) walk(items, path);
    for (const [key, inside] of Object.entries(properties)) {
      if ((inside.description ?? "") === "") missing.push(`${path}.${key}`);
      walk(inside, `${path}.${key}`);
    }
  };
  walk(schema, "");
  expect(missing).toEqual([]);
  expect(schema).toMatchObject({
    properties: {
      wake: { properties: { per_session: { type: "string", default: "20/h" } } },
      server: { properties: { creds: { secret: true } } },
      adapter: { items: { properties: { name: { type: "string" } } } },
    },
  });
});
