import { format, inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { toFleetError } from "../errors/fleet-error.ts";
import { revealSecrets } from "./reveal.ts";
import { revealSecret, Secret, secretSchema, type SecretSources } from "./secret.ts";

const sources: SecretSources = {
  env: { TOKEN: "tk_123", EMPTY: "" },
  readFile: (path) =>
    path === "/run/token" ? Promise.resolve("tk_456\n") : Promise.reject(new Error("ENOENT")),
};

test("a secret prints as [redacted] wherever it lands", () => {
  const secret = secretSchema.parse("tk_123");
  const printed = [
    ["a", secret].join(" "),
    String(secret),
    JSON.stringify({ secret }),
    inspect({ secret }),
    format("%s %o", secret, secret),
  ];
  for (const text of printed) {
    expect(text).not.toContain("tk_123");
    expect(text).toContain("[redacted]");
  }
  expect(Object.keys(secret)).toEqual([]);
});

test("a reference may be shown, a literal not", () => {
  expect(new Secret("env:TOKEN").reference).toBe("env:TOKEN");
  expect(new Secret("file:/run/token").reference).toBe("file:/run/token");
  expect(new Secret("tk_123").reference).toBeUndefined();
});

describe("revealing", () => {
  test.each([
    ["env:TOKEN", "tk_123"],
    ["file:/run/token", "tk_456"],
    ["plain", "plain"],
    ["https://host/env:x", "https://host/env:x"],
  ])("%s gives %s", async (text, content) => {
    expect(await revealSecret(new Secret(text), sources)).toBe(content);
    expect(await revealSecret(text, sources)).toBe(content);
  });

  test.each([
    ["env:MISSING", /env:MISSING: it is not set/],
    ["env:EMPTY", /env:EMPTY: it is empty/],
    ["file:/nowhere", /file:\/nowhere: ENOENT/],
  ])("%s is a config error that names it", async (text, message) => {
    const error = toFleetError(await revealSecret(text, sources).catch((thrown: unknown) => thrown));
    expect(error.code).toBe("config");
    expect(error.message).toMatch(message);
  });

  test("an adapter's keys are revealed where its schema says so, also inside lists and tables", async () => {
    const secret = z.string().meta({ secret: true });
    const schema = z.strictObject({
      topic: z.string(),
      token: secret.optional(),
      auth: z.strictObject({ password: secret }),
      keys: z.array(secret),
      headers: z.record(z.string(), secret),
    });
    const value = {
      topic: "env:TOKEN",
      auth: { password: "env:TOKEN" },
      keys: ["a", "file:/run/token"],
      headers: { x: "env:TOKEN" },
    };
    expect(await revealSecrets(schema, value, sources)).toEqual({
      topic: "env:TOKEN",
      auth: { password: "tk_123" },
      keys: ["a", "tk_456"],
      headers: { x: "tk_123" },
    });
  });
});
