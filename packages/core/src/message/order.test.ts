import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sessionEventKinds } from "../event/kinds.ts";
import { kindSchema, modeSchema, prioritySchema, type Message } from "./message.ts";
import { isExpired, momentOf, momentsOfMode, offerable, priorityOf, wakes, type Moment } from "./order.ts";

const now = Date.parse("2026-01-01T12:00:00Z");

function item(id: string, more: Partial<Message> = {}): { readonly message: Message } {
  const address = { machine: "lab", session: "web" };
  const rest = { body: "x", time: "2026-01-01T10:00:00Z", origin: "agent" as const, hop: 0, thread: id };
  return {
    message: {
      id,
      from: address,
      to: address,
      kind: "request",
      type: "message",
      priority: "normal",
      mode: "turn",
      ...rest,
      ...more,
    },
  };
}

function ids(items: readonly { readonly message: Message }[]): readonly string[] {
  return items.map(({ message }) => message.id);
}

const oneOfEach = modeSchema.options.map((mode) => item(mode, { mode }));

test.each<[Moment, readonly string[]]>([
  ["start", ["stop", "now", "turn"]],
  ["prompt", ["stop", "now", "turn"]],
  ["wake", ["stop", "now", "turn", "idle"]],
  ["tool", ["stop", "now"]],
  ["guard", ["stop"]],
  ["stop", ["stop", "now", "turn", "idle"]],
  ["pull", ["stop", "now", "turn", "idle"]],
])("at %s messages of the modes %j may be offered, in this order", (moment, modes) => {
  expect(ids(offerable(oneOfEach, moment, now))).toEqual(modes);
});

test("whatever its mode, a message that wakes is offered at a stop", () => {
  for (const mode of modeSchema.options) expect(momentsOfMode[mode]).toContain("stop");
});

test("urgent comes first, then the mode, then the age that the stream gives", () => {
  const items = [
    item("a", { time: "2026-01-01T11:00:00Z" }),
    item("b", { time: "2026-01-01T09:00:00Z" }),
    item("c", { mode: "now" }),
    item("d", { priority: "high", mode: "idle" }),
    item("e", { priority: "urgent" }),
    item("f", { priority: "urgent", mode: "stop" }),
    item("g", { priority: "low", mode: "stop" }),
  ];
  expect(ids(offerable(items, "wake", now))).toEqual(["f", "e", "d", "c", "a", "b", "g"]);
});

describe("[case 37] a note never wakes and rides along with a request", () => {
  const note = item("note", { kind: "note", priority: "urgent" });

  test("it wakes nobody, whatever its priority", () => {
    for (const priority of prioritySchema.options) expect(wakes({ kind: "note", priority })).toBe(false);
  });

  test("alone it is no reason to go on after a stop", () => {
    expect(offerable([note], "stop", now)).toEqual([]);
    expect(offerable([note, item("low", { priority: "low" })], "stop", now)).toEqual([]);
  });

  test("with a request it is offered at the stop, and with any prompt", () => {
    expect(ids(offerable([note, item("request")], "stop", now))).toEqual(["note", "request"]);
    expect(ids(offerable([note], "prompt", now))).toEqual(["note"]);
  });
});

test("low priority wakes nobody, everything else of a kind but note does", () => {
  for (const kind of kindSchema.options) {
    for (const priority of prioritySchema.options) {
      expect(wakes({ kind, priority }), `${kind} ${priority}`).toBe(kind !== "note" && priority !== "low");
    }
  }
});

test.each([
  ["escalation", undefined, "high"],
  ["escalation", "normal", "high"],
  ["escalation", "low", "low"],
  ["escalation", "urgent", "urgent"],
  ["message", undefined, "normal"],
  ["defect", "high", "high"],
] as const)("[row 5] %s of priority %s gets %s", (type, asked, given) => {
  expect(priorityOf(type, asked)).toBe(given);
});

test.each<[string | undefined, boolean]>([
  [undefined, false],
  ["2026-01-01T12:00:00Z", true],
  ["2026-01-01T12:00:00.001Z", false],
  ["2026-01-01T13:30:00+02:00", true],
  ["soon", false],
])("with the deadline %s it is expired at noon: %s", (expiresAt, expired) => {
  const late = item("x", expiresAt === undefined ? {} : { expiresAt });
  expect(isExpired(late.message, now)).toBe(expired);
  expect(offerable([late], "pull", now)).toHaveLength(expired ? 0 : 1);
});

test("a hook's event is one moment or none", () => {
  const moments = sessionEventKinds
    .map((kind) => [kind, momentOf(kind)])
    .filter(([, moment]) => moment !== undefined);
  expect(Object.fromEntries(moments)).toEqual({
    "session.started": "start",
    "prompt.submitted": "prompt",
    "tool.started": "tool",
    "tool.finished": "tool",
    "tool.failed": "tool",
    "turn.stopped": "stop",
  });
  expect(momentOf("prompt.submitted", true)).toBe("wake");
});

test("nothing is offered twice, invented, or moved within its rank", () => {
  const some = fc.record({
    priority: fc.constantFrom(...prioritySchema.options),
    mode: fc.constantFrom(...modeSchema.options),
    kind: fc.constantFrom(...kindSchema.options),
  });
  const moment = fc.constantFrom<Moment[]>("start", "prompt", "wake", "tool", "guard", "stop", "pull");
  fc.assert(
    fc.property(fc.array(some), moment, (list, at) => {
      const items = list.map((each, n) => item(String(n), each));
      const offered = offerable(items, at, now);
      expect(new Set(offered).size).toBe(offered.length);
      expect(items).toEqual(expect.arrayContaining([...offered]));
      for (const [n, { message }] of offered.entries()) {
        const next = offered[n + 1]?.message;
        if (next?.priority === message.priority && next.mode === message.mode) {
          expect(Number(next.id)).toBeGreaterThan(Number(message.id));
        }
      }
    }),
  );
});
