import { describe, expect, test } from "vitest";
import { claudeTable } from "../claude/cli.ts";
import { fixtures } from "../cli/fixtures.test.support.ts";
import { parsePayload } from "../cli/payload.ts";
import { driftOf } from "../cli/table.ts";
import { codexTable } from "../codex/cli.ts";
import { geminiTable } from "../gemini/cli.ts";
import { grokTable } from "../grok/cli.ts";
import { changesOf, contractOf } from "./payload-contract.test.support.ts";

describe.each([
  ["claude", claudeTable],
  ["codex", codexTable],
  ["gemini", geminiTable],
  ["grok", grokTable],
] as const)("the captured payloads of %s", (name, table) => {
  const captured = fixtures(name);
  const contract = contractOf(captured);
  const known = captured.filter(({ event }) => Object.hasOwn(table.events, event));

  test("keep the contract that they make", () => {
    expect(captured.length).toBeGreaterThan(10);
    for (const told of captured)
      expect(changesOf(contract, told)).toEqual({ missing: [], changed: [], added: [] });
  });

  test("hold each field that fleet reads, under the name and at the event where it reads it", () => {
    for (const [event, { needs }] of Object.entries(table.events)) {
      const fields = contract.get(event);
      if (fields === undefined) continue; // an event that nobody has captured
      expect(
        needs.filter((field) => fields.get(field)?.isAlways !== true),
        event,
      ).toEqual([]);
    }
  });

  test("of a next version: what is gone, of another type or new is named, and a stranger is kept", () => {
    for (const { event, payload } of known) {
      const [first = "", second = ""] = Object.keys(payload).filter(
        (key) => contract.get(event)?.get(key)?.isAlways,
      );
      const { [first]: gone, ...rest } = payload;
      const next = { ...rest, [second]: new Map(), mood: "sunny" };
      expect(gone).toBeDefined();
      expect(changesOf(contract, { event, payload: next })).toEqual({
        missing: [first],
        changed: [expect.stringMatching(new RegExp(`^${second}: was .*, is object$`, "u"))],
        added: ["mood"],
      });
      const stranger = { ...payload, mood: { today: "sunny" } };
      expect(parsePayload(table, event, stranger)).toMatchObject({ mood: { today: "sunny" } });
      expect(driftOf(table, event, stranger)).toEqual([]);
    }
  });

  test("say nothing of an event that was never captured", () => {
    expect(changesOf(contract, { event: "Tomorrow", payload: {} })).toBeUndefined();
  });
});
