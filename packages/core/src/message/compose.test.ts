import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FleetError, toFleetError } from "../errors/fleet-error.ts";
import { bytesOf } from "./bytes.ts";
import { maxTtlMs, newMessage, type MessageInput } from "./compose.ts";
import { maxBodyBytes } from "./limits.ts";
import { kindSchema, messageSchema, modeSchema, prioritySchema, type Message } from "./message.ts";
import { stageSchema } from "./receipt.ts";
import { sanitise } from "./sanitise.ts";

const at = Date.UTC(2026, 0, 1, 10);
const never = (): Promise<void> => Promise.reject(new Error("not slept in"));
const deps = { ids: () => "01jd", clock: { now: () => at, monotonic: () => at, sleep: never } };
const input: MessageInput = {
  from: { machine: "lab", session: "web" },
  to: { machine: "lab", session: "api" },
  origin: "agent",
  body: "run the tests",
};

function compose(more: Partial<MessageInput> = {}): Message {
  return newMessage({ ...input, ...more }, deps);
}

function errorOf(more: Partial<MessageInput>): FleetError {
  try {
    compose(more);
  } catch (error) {
    return toFleetError(error);
  }
  throw new Error("nothing was refused");
}

const bytes = (...codes: readonly number[]) => Uint8Array.from(codes);

test("a plain message is a request of normal priority at the turn's end, in a thread of its own", () => {
  expect(compose()).toEqual({
    ...input,
    id: "01jd",
    thread: "01jd",
    kind: "request",
    type: "message",
    priority: "normal",
    mode: "turn",
    hop: 0,
    time: "2026-01-01T10:00:00.000Z",
  });
});

test.each<[string, Partial<MessageInput>, Partial<Message>]>([
  ["its own id", { id: "deploy-7" }, { id: "deploy-7", thread: "deploy-7" }],
  ["a thread", { thread: "t0" }, { thread: "t0" }],
  ["what it answers, whose thread it is in", { replyTo: "q1" }, { replyTo: "q1", thread: "q1" }],
  ["a time to live", { ttlMs: 60_000 }, { expiresAt: "2026-01-01T10:01:00.000Z" }],
  ["an escalation's priority", { type: "escalation" }, { type: "escalation", priority: "high" }],
  ["a subject on one line", { subject: " CI\n\x1b[31mred " }, { subject: "CI red" }],
  ["no empty subject", { subject: "\x1b[m" }, {}],
  ["a body of bytes", { body: new TextEncoder().encode("grüß") }, { body: "grüß" }],
  ["a body with escapes", { body: "\x1b[31mred\x1b[0m\x1b]52;c;x\x07 \u202eok\r\n" }, { body: "red ok\n" }],
  ["a group", { group: "role-review", hop: 2 }, { group: "role-review", hop: 2 }],
])("it carries %s", (_, more, expected) => {
  expect(compose(more)).toMatchObject(expected);
  expect(Object.keys(compose(more))).not.toContain(undefined);
});

describe("refused is", () => {
  test.each<[string, Partial<MessageInput>, string, RegExp]>([
    ["an empty body", { body: "" }, "usage", /the body is empty/],
    ["a body of spaces", { body: " \n\t" }, "usage", /the body is empty/],
    ["a body of escapes only", { body: "\x1b[2J\x1b]0;x\x07" }, "usage", /the body is empty/],
    [
      "a body that is too large",
      { body: "x".repeat(maxBodyBytes + 1) },
      "too_large",
      /900001 bytes, 900000 is the most, also with --body-file/,
    ],
    ["a body that is too large in bytes", { body: "ä".repeat(450_001) }, "too_large", /900002 bytes/],
    ["a body with NUL", { body: "a\0b" }, "malformed", /binary/],
    ["bytes with NUL", { body: bytes(0x61, 0, 0x62) }, "malformed", /binary/],
    ["bytes that are not UTF-8", { body: bytes(0xff, 0xfe, 0x41) }, "malformed", /not UTF-8/],
    ["an id that is no token", { id: "Deploy 7" }, "usage", /--id "Deploy 7"/],
    ["a thread that is no token", { thread: "*" }, "usage", /--thread/],
    ["a type that is no label", { type: "a b" }, "usage", /--type/],
    ["a long subject", { subject: "x".repeat(201) }, "usage", /201 characters/],
    ["no time to live", { ttlMs: 0 }, "usage", /--ttl/],
    ["a longer life than an inbox has", { ttlMs: maxTtlMs + 1 }, "usage", /14d/],
    ["an endless life", { ttlMs: Number.POSITIVE_INFINITY }, "usage", /--ttl/],
    ["waiting until a note wakes", { kind: "note", wait: "woken" }, "usage", /--note never wakes/],
    [
      "waiting until low priority wakes",
      { priority: "low", wait: "woken" },
      "usage",
      /--priority low never wakes/,
    ],
    ["a note that stops a worker", { kind: "note", mode: "stop" }, "usage", /a note stops nobody/],
    ["another's word in fleet's name", { kind: "system" }, "usage", /only fleet itself/],
  ])("%s", (...[, more, code, message]) => {
    const error = errorOf(more);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^sending to lab\/api: /);
  });

  test("nothing that can come true", () => {
    expect(compose({ kind: "note", wait: "done" }).kind).toBe("note");
    expect(compose({ kind: "system", origin: "system" }).kind).toBe("system");
    expect(compose({ priority: "low", wait: "shown" }).priority).toBe("low");
    expect(bytesOf(compose({ body: "x".repeat(maxBodyBytes) }).body)).toBe(maxBodyBytes);
  });
});

test("whatever is said becomes a message of the schema, with a clean body, or a FleetError", () => {
  const option = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const said = fc.record({
    body: fc.oneof(fc.string({ unit: "binary" }), fc.uint8Array()),
    subject: option(fc.string({ unit: "binary", size: "large" })),
    kind: option(fc.constantFrom(...kindSchema.options)),
    type: option(fc.oneof(fc.constantFrom("escalation", "status"), fc.string())),
    priority: option(fc.constantFrom(...prioritySchema.options)),
    mode: option(fc.constantFrom(...modeSchema.options)),
    ttlMs: option(fc.double()),
    id: option(fc.oneof(fc.constant("abc"), fc.string())),
    wait: option(fc.constantFrom(...stageSchema.options)),
  });
  fc.assert(
    fc.property(said, (more) => {
      try {
        const message = compose(more);
        expect(messageSchema.parse(message)).toEqual(message);
        expect(sanitise(message.body)).toBe(message.body);
      } catch (error) {
        if (!(error instanceof FleetError)) throw error;
        expect(["usage", "malformed", "too_large"]).toContain(error.code);
      }
    }),
    { numRuns: 500 },
  );
});
