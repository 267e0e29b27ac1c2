import fc from "fast-check";
import { expect, test } from "vitest";
import { sessionEventKinds } from "../event/kinds.ts";
import { bytesOf } from "../message/bytes.ts";
import { foldEvent, foldEvents } from "./fold.ts";
import { sessionRecordSchema, type SessionRecord } from "./record.ts";
import { recordBounds } from "./turn.ts";

const from = { machine: "lab", session: "web" };

const datum = fc.record(
  {
    reason: fc.constantFrom("startup", "clear", "compact", "resume", "other"),
    pid: fc.constantFrom(7, 8),
    cliSession: fc.constantFrom("a", "b"),
    agentId: fc.constantFrom("sub"),
    promptId: fc.constantFrom("p1", "p2"),
    hooked: fc.boolean(),
    tool: fc.constantFrom("Bash", "Edit"),
    lastText: fc.string({ unit: "binary", size: "large" }),
    prompt: fc.string({ unit: "binary", size: "large" }),
    until: fc.constant("2026-01-01T01:00:00.000Z"),
  },
  { requiredKeys: [] },
);
const event = fc.record({
  kind: fc.constantFrom(...sessionEventKinds),
  from: fc.constant(from),
  time: fc.constant("2026-01-01T00:00:00.000Z"),
  origin: fc.constant("system" as const),
  data: fc.tuple(datum, fc.constantFrom("claude", "codex", "grok")).map(([data, cli]) => ({ ...data, cli })),
});
const history = fc
  .array(event, { maxLength: 30 })
  .map((list) => list.map((each, n) => ({ ...each, id: String(n).padStart(6, "0") })));

test("a replay of any part of the past changes nothing", () => {
  fc.assert(
    fc.property(history, fc.nat(), (events, at) => {
      const once = foldEvents(events);
      const newest = once?.lastEventId ?? "";
      const again = events.slice(at % (events.length + 1)).filter((each) => each.id <= newest);
      expect(again.reduce(foldEvent, once)).toBe(once);
    }),
  );
});

test("a record rebuilt from a snapshot and the rest is the one rebuilt from all", () => {
  fc.assert(
    fc.property(history, fc.nat(), (events, at) => {
      const cut = at % (events.length + 1);
      const snapshot = foldEvents(events.slice(0, cut));
      expect(events.slice(cut).reduce(foldEvent, snapshot)).toEqual(foldEvents(events));
    }),
  );
});

test("every record is of its schema, bounded, free of undefined, and its idle count never goes back", () => {
  fc.assert(
    fc.property(history, (events) => {
      let record: SessionRecord | undefined;
      for (const each of events) {
        const next = foldEvent(record, each);
        expect(next?.idleGeneration ?? 0).toBeGreaterThanOrEqual(record?.idleGeneration ?? 0);
        if (next !== undefined && next.state === "idle" && record?.state !== "idle") {
          expect(next.idleGeneration).toBeGreaterThan(record?.idleGeneration ?? 0);
        }
        record = next;
      }
      if (record === undefined) return;
      expect(sessionRecordSchema.parse(record)).toEqual(record);
      expect(Object.values(record)).not.toContain(undefined);
      expect(bytesOf(record.lastText ?? "")).toBeLessThanOrEqual(recordBounds.lastText);
      expect(bytesOf(record.prompt ?? "")).toBeLessThanOrEqual(recordBounds.prompt);
      expect(record.tool === undefined || ["busy", "waiting"].includes(record.state)).toBe(true);
      expect(record.parkedUntil === undefined || record.state === "parked").toBe(true);
    }),
  );
});
