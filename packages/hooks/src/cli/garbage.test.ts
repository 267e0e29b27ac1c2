import { eventDataSchemas, FleetError } from "@fleetbus/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { claudeCli, claudeTable } from "../claude/cli.ts";
import { codexCli, codexTable } from "../codex/cli.ts";
import { geminiCli, geminiTable } from "../gemini/cli.ts";
import { grokCli, grokTable } from "../grok/cli.ts";
import { fixtures, type CapturedCli } from "./fixtures.test.support.ts";
import type { HookCli } from "./hook-cli.ts";
import { driftOf, type CliTable } from "./table.ts";

const subjects: readonly (readonly [CapturedCli, HookCli, CliTable])[] = [
  ["claude", claudeCli, claudeTable],
  ["codex", codexCli, codexTable],
  ["gemini", geminiCli, geminiTable],
  ["grok", grokCli, grokTable],
];

const hostile = fc.constantFrom("__proto__", "constructor", "prototype", "toString", "hasOwnProperty");

/** What a payload may become: any JSON in any of its fields, fields gone, strangers added. */
function broken(captured: Readonly<Record<string, unknown>>) {
  const keys = Object.keys(captured);
  const some = fc.subarray(keys);
  const values = fc.dictionary(fc.oneof(fc.constantFrom(...keys), hostile, fc.string()), fc.jsonValue(), {
    maxKeys: 6,
  });
  return fc.tuple(some, values).map(([gone, put]) => ({
    ...Object.fromEntries(Object.entries(captured).filter(([key]) => !gone.includes(key))),
    ...put,
  }));
}

describe.each(subjects)("garbage in the payloads of %s", (...args) => {
  const [name, cli, table] = args;
  const known = fixtures(name).filter(({ event }) => Object.hasOwn(table.events, event));

  /** Either it is refused as malformed, or what comes of it is an event of this session by its own schema. */
  const holds = (event: string, payload: Record<string, unknown>) => {
    try {
      for (const { kind, data } of cli.translate({ event, payload })) {
        expect(eventDataSchemas[kind].safeParse(data).success, JSON.stringify(data)).toBe(true);
        expect(data).toMatchObject({ cli: cli.name, cliSession: expect.stringMatching(/[^]/u) });
      }
    } catch (error) {
      expect(error).toBeInstanceOf(FleetError);
      expect(error).toMatchObject({ code: "malformed" });
    }
    const missing = driftOf(table, event, payload);
    for (const field of table.events[event]?.needs ?? [])
      expect(missing.includes(field)).toBe(!Object.hasOwn(payload, field));
  };

  test("a name or path of megabytes is kept by no record", () => {
    for (const { event, payload } of known) {
      const huge = Object.fromEntries(
        Object.entries(payload).map(([key, value]) =>
          /cwd|path|mode|_id|Id$|source|trigger/.test(key) && !/session_?id/i.test(key)
            ? [key, "A".repeat(5_000_000)]
            : [key, value],
        ),
      );
      for (const { data } of cli.translate({ event, payload: huge }))
        expect(JSON.stringify(data).length).toBeLessThan(1_000_000);
    }
  });

  test("becomes a true event or is refused, whatever a captured payload turns into, and what is gone is named", () => {
    expect(known.length).toBeGreaterThan(5);
    for (const { event, payload } of known)
      fc.assert(
        fc.property(broken(payload), (turned) => holds(event, turned)),
        { numRuns: 40 },
      );
    expect({}).not.toHaveProperty("polluted");
  });

  test("means nothing at an event of no meaning, and pollutes no other object", () => {
    const events = fc.oneof(hostile, fc.string()).filter((event) => !Object.hasOwn(table.events, event));
    fc.assert(
      fc.property(events, fc.dictionary(fc.string(), fc.jsonValue()), (event, payload) => {
        expect(cli.translate({ event, payload })).toEqual([]);
        expect(cli.rules(event)).toEqual({ takesContext: false, isContinuation: false, endsBatch: false });
        expect(cli.deny(event, "x")).toBeUndefined();
      }),
    );
    const before = Object.keys(Object.prototype);
    const payload: Record<string, unknown> = JSON.parse('{"__proto__":{"polluted":true},"session_id":"s"}');
    for (const { event } of known) holds(event, payload);
    expect(Object.keys(Object.prototype)).toEqual(before);
    expect({}).not.toHaveProperty("polluted");
  });
});
