import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Clock, SessionRecord } from "@fleetbus/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { driftWatch } from "./watch.ts";

const idleSince = Date.parse("2026-01-01T10:00:00.000Z");
const text = [{ type: "text", text: "fine" }];
let transcript = "";

beforeEach(async () => {
  transcript = join(await mkdtemp(join(tmpdir(), "fleet-drift-")), "session.jsonl");
  await writeFile(transcript, "");
});
afterEach(() => rm(dirname(transcript), { recursive: true }));

function timeOf(second: number): string {
  return new Date(idleSince + second * 1000).toISOString();
}

/** One line of a transcript, told `second` seconds after the session became idle. */
async function write(second: number, line: object = {}, message: object = {}): Promise<void> {
  const said = { type: "assistant", uuid: `u${second}`, timestamp: timeOf(second), ...line };
  const whole = { ...said, message: { role: said.type, model: "m", content: text, ...message } };
  await appendFile(transcript, `${JSON.stringify(whole)}\n`);
}

/** A session that fleet takes for idle, and a clock that stands a minute later; sleeping moves it. */
function stage(changes: Partial<SessionRecord> = {}) {
  const at = timeOf(0);
  let record: SessionRecord = {
    ...{ machine: "lab", name: "web", display: "web", cli: "claude", state: "idle", stateSince: at },
    ...{ startedAt: at, seenAt: at, hooked: true, wake: true, idleGeneration: 1, lastEventId: "a" },
    ...("chatLog" in changes ? changes : { transcript, ...changes }),
  };
  let second = 60;
  const noted: unknown[] = [];
  const onSleep: (() => void)[] = [];
  const clock: Clock = {
    now: () => idleSince + second * 1000,
    monotonic: () => second * 1000,
    sleep: (ms) => {
      second += ms / 1000;
      onSleep.shift()?.();
      return Promise.resolve();
    },
  };
  const watch = driftWatch({
    clock,
    registry: { live: () => [record], find: (name) => (name === "web" ? record : undefined) },
    note: (_, { kind, data }) => {
      noted.push([kind, data["evidence"]]);
      record = { ...record, drift: String(data["evidence"]), lastEventId: "b" };
    },
    onError: (error) => {
      throw error;
    },
  });
  const setSecond = (to: number) => (second = to);
  const change = (to: Partial<SessionRecord>) => (record = { ...record, ...to });
  return { watch, noted, onSleep, setSecond, change, clock };
}

const drifted = (second: number) => [
  "session.drifted",
  `it answered at ${timeOf(second)} and no hook told of it`,
];

describe("a session that its hooks call idle", () => {
  it("[want 20] is marked, once, when its transcript says that it answered since", async () => {
    const { watch, noted } = stage();
    await write(30);
    await watch.look("web");
    await watch.look("web");
    expect(noted).toEqual([drifted(30)]);
  });

  it("is marked though nobody writes to it: all are looked at now and then", async () => {
    const { watch, noted, onSleep, clock } = stage();
    const stop = new AbortController();
    await write(30);
    onSleep.push(
      () => undefined,
      () => stop.abort(),
    );
    await watch.follow(clock, stop.signal);
    expect(noted).toEqual([drifted(30)]);
  });

  it("is marked though a reader told of the silent turn's end", async () => {
    const { watch, noted, change, setSecond } = stage();
    setSecond(0);
    watch.heard("web");
    setSecond(60);
    await write(30);
    change({ stateSince: timeOf(31), outcome: "done", lastEventId: "c" });
    await watch.look("web");
    expect(noted).toEqual([drifted(30)]);
  });

  it.each<readonly [what: string, second: number, line: object, message: object]>([
    ["its last answer came with the hook that told of it", 0.5, {}, {}],
    ["a sub-agent answered", 30, { isSidechain: true }, {}],
    ["the CLI wrote the answer itself", 30, {}, { model: "<synthetic>" }],
    ["only the human wrote something", 30, { type: "user" }, { model: undefined }],
  ])("is not marked when %s", async (_, second, line, message) => {
    const { watch, noted } = stage();
    await write(second, line, message);
    await watch.look("web");
    expect(noted).toEqual([]);
  });

  it("is not marked for an answer that the human interrupted", async () => {
    const { watch, noted } = stage();
    await write(30);
    await write(31, { type: "user" }, { content: [{ type: "text", text: "[Request interrupted by user]" }] });
    await watch.look("web");
    expect(noted).toEqual([]);
  });

  it("is not marked for what a reader saw interrupted", async () => {
    const { watch, noted, setSecond } = stage({ stateSince: timeOf(32), outcome: "interrupted" });
    setSecond(0);
    watch.heard("web");
    setSecond(60);
    await write(30);
    await watch.look("web");
    expect(noted).toEqual([]);
  });

  it("is given time for a hook that is on its way", async () => {
    const { watch, noted, onSleep, setSecond } = stage();
    await write(30);
    setSecond(30.5);
    onSleep.push(() => watch.heard("web"));
    await watch.look("web");
    expect(noted).toEqual([]);
  });

  it("is marked when that time is over", async () => {
    const { watch, noted, setSecond } = stage();
    await write(30);
    setSecond(30.5);
    await watch.look("web");
    expect(noted).toEqual([drifted(30)]);
  });
});

describe.each<readonly [cli: string, answer: (second: number) => object]>([
  [
    "codex",
    (second) => ({
      ...{ timestamp: timeOf(second), ordinal: 9, type: "response_item" },
      payload: { type: "message", status: "completed", role: "assistant", content: [] },
    }),
  ],
  ["gemini", (second) => ({ id: "a", timestamp: timeOf(second), type: "gemini", content: "one" })],
  [
    "grok",
    (second) => ({
      ...{ timestamp: 1, method: "session/update" },
      params: {
        sessionId: "s1",
        update: { sessionUpdate: "agent_message_chunk", content: text[0] },
        _meta: { agentTimestampMs: idleSince + second * 1000 },
      },
    }),
  ],
])("a session of %s that its hooks call idle", (cli, answer) => {
  const session = { cli, cliSession: "s1" };

  it("is marked when its own record says that it answered since", async () => {
    const { watch, noted } = stage({ ...session, chatLog: transcript });
    await appendFile(transcript, `${JSON.stringify(answer(30))}\n`);
    await watch.look("web");
    expect(noted).toEqual([drifted(30)]);
  });

  it("is not marked when a hook told of that answer", async () => {
    const { watch, noted, setSecond } = stage({ ...session, chatLog: transcript });
    setSecond(31);
    watch.heard("web");
    setSecond(60);
    await appendFile(transcript, `${JSON.stringify(answer(30))}\n`);
    await watch.look("web");
    expect(noted).toEqual([]);
  });
});

it.each<readonly [what: string, changes: Partial<SessionRecord>]>([
  ["a busy session", { state: "busy" }],
  ["one that was found without hooks", { hooked: false }],
  ["one whose CLI keeps a record of a shape that nobody knows", { cli: "aide" }],
  ["one of another CLI than the record's", { cli: "codex" }],
  ["one without a transcript", { transcript: "/nowhere/at-all.jsonl" }],
])("nothing is said of %s", async (_, changes) => {
  const { watch, noted } = stage(changes);
  await write(30);
  await watch.look("web");
  expect(noted).toEqual([]);
});
