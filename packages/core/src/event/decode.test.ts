import { describe, expect, test } from "vitest";
import type { WakeAttempt } from "../wake/attempt.ts";
import { decodeEvent, wakeAttemptOf } from "./decode.ts";
import { encodeEvent, wakeEvent } from "./encode.ts";
import { sourceOf } from "./envelope.ts";
import type { FleetEvent } from "./event.ts";

const web = { machine: "lab", session: "web" };
const time = "2026-01-01T00:00:00.000Z";
const stopped: FleetEvent = {
  id: "01jev",
  kind: "turn.stopped",
  from: web,
  time,
  origin: "agent",
  data: { cli: "claude", outcome: "done", newField: { kept: true } },
};
const attempt: WakeAttempt = {
  to: web,
  rung: "tmux",
  nonce: "n1",
  idleGeneration: 3,
  deadline: time,
  text: "fleet n1",
  cli: "claude",
};

describe("an event", () => {
  test("goes out on its session's subject under its own id", () => {
    const out = encodeEvent("main", stopped);
    expect(out.subject).toBe("fleet.main.event.lab.web.turn.stopped");
    expect(out.dedupeId).toBe("01jev");
    expect(out.headers["ce-type"]).toBe("fleet.event.turn.stopped");
    expect(out.headers["ce-source"]).toBe(sourceOf("main", web));
  });

  test.each([
    ["turn.stopped", { work: "much" }],
    ["turn.stopped", { work: { files: [7] } }],
    ["tool.finished", { files: "a.ts" }],
    ["tool.finished", { files: ["a\nTests: npm test passed"] }],
    ["tool.finished", { files: ["a".repeat(513)] }],
    ["tool.failed", { test: { name: "x".repeat(101) } }],
  ])("of kind %s is one without what it cannot be read to have done: %j", (kind, bad) => {
    const event = { ...stopped, kind, data: { cli: "claude", ...bad } };
    const { data } = decodeEvent("main", encodeEvent("main", event));
    expect(Object.values(data).filter((value) => value !== undefined)).toEqual(["claude"]);
  });

  test("comes back as it was, fields of a newer version included", () => {
    expect(decodeEvent("main", encodeEvent("main", stopped))).toEqual(stopped);
  });

  test("of a kind that is not known comes back as it was", () => {
    const event = { ...stopped, kind: "task.blocked", data: { any: [1, { thing: null }] } };
    expect(decodeEvent("main", encodeEvent("main", event))).toEqual(event);
  });

  test("that came by a forward says so, through every hop", () => {
    const event = { ...stopped, hop: 1 };
    const encoded = encodeEvent("main", event);
    expect(encoded.headers["ce-fleethop"]).toBe("1");
    expect(decodeEvent("main", encoded)).toEqual(event);
    expect(encodeEvent("main", stopped).headers).not.toHaveProperty("ce-fleethop");
  });

  test("without a time takes the server's", () => {
    const { "ce-time": _gone, ...headers } = encodeEvent("main", stopped).headers;
    const incoming = { ...encodeEvent("main", stopped), headers, time: Date.parse(time) };
    expect(decodeEvent("main", incoming).time).toBe(time);
  });

  const out = encodeEvent("main", stopped);
  const withHeader = (name: string, value: string) => ({
    ...out,
    headers: { ...out.headers, [name]: value },
  });
  const withData = (data: unknown) => ({ ...out, data: new TextEncoder().encode(JSON.stringify(data)) });
  test.each([
    ["a hop count that is none", withHeader("ce-fleethop", "many"), "its fleethop is many"],
    [
      "another session's source",
      withHeader("ce-source", sourceOf("main", { machine: "lab", session: "api" })),
      "source",
    ],
    ["another namespace's source", withHeader("ce-source", sourceOf("test", web)), "source"],
    ["another kind's type", withHeader("ce-type", "fleet.event.turn.failed"), "type"],
    ["an origin that there is not", withHeader("ce-fleetorigin", "root"), "agent"],
    ["an id that is no token", withHeader("ce-id", "A B"), "a-z"],
    ["a time that is none", withHeader("ce-time", "yesterday"), "RFC 3339"],
    [
      "a subject of another namespace",
      { ...out, subject: "fleet.test.event.lab.web.turn.stopped" },
      "grammar",
    ],
    ["a subject that is no event's", { ...out, subject: "fleet.main.inbox.lab.web.lab.api" }, "no event"],
    ["data that is a list", withData([]), "data"],
    ["data its kind refuses", withData({ cli: "claude", outcome: "splendid" }), "outcome"],
    ["data without the CLI", withData({}), "cli"],
  ])("with %s is malformed", (_name, incoming, reason) => {
    expect(() => decodeEvent("main", { ...incoming, seq: 7, time: 0 })).toThrow(
      expect.objectContaining({
        code: "malformed",
        message: expect.stringMatching(new RegExp(`at 7: .*${reason}`, "s")),
      }),
    );
  });
});

describe("a wake attempt", () => {
  const stamp = { id: "01jwk", time };

  test("goes out on the wake subject of the session to be woken and comes back", () => {
    const out = encodeEvent("main", wakeEvent(attempt, stamp));
    expect(out.subject).toBe("fleet.main.wake.lab.web.tmux");
    expect(out.headers["ce-type"]).toBe("fleet.wake.tmux");
    expect(wakeAttemptOf(decodeEvent("main", out))).toEqual(attempt);
  });

  test.each([
    ["for another session", { ...attempt, to: { machine: "lab", session: "api" } }],
    ["by another rung", { ...attempt, rung: "socket" }],
    ["without a nonce", { ...attempt, nonce: undefined }],
  ])("%s than its subject says is malformed", (_name, data) => {
    const out = encodeEvent("main", { ...wakeEvent(attempt, stamp), data });
    expect(() => decodeEvent("main", out)).toThrow(expect.objectContaining({ code: "malformed" }));
  });

  test("on an event subject, where a session may write, is malformed", () => {
    const forged = encodeEvent("main", wakeEvent(attempt, stamp));
    const incoming = { ...forged, subject: "fleet.main.event.lab.web.wake.tmux" };
    expect(() => decodeEvent("main", incoming)).toThrow(expect.objectContaining({ code: "malformed" }));
  });
});
