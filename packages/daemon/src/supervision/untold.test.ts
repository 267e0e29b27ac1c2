import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fakeClock } from "@fleetbus/core/testing";
import type { SessionRecord } from "@fleetbus/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { watchUntold } from "./untold.ts";

let dir: string;
let chat: string;
let noted: (readonly [string, object])[];
let ending: AbortController;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "fleet-failures-"));
  chat = join(dir, "rollout.jsonl");
  noted = [];
  ending = new AbortController();
});
afterEach(() => rm(dir, { recursive: true }));

const startedAt = "2026-01-01T00:00:00.000Z";
const base: SessionRecord = {
  ...{ machine: "lab", name: "web", display: "web", cli: "codex", state: "busy", hooked: true, wake: true },
  ...{ stateSince: startedAt, startedAt, seenAt: startedAt, turnStartedAt: startedAt, promptId: "t1" },
  ...{ idleGeneration: 1, lastEventId: "e0" },
};

/** What is noted of one session by a few looks at its file. */
async function looked(extra: Partial<SessionRecord>, write: () => Promise<void>): Promise<void> {
  const clock = fakeClock(Date.parse(startedAt));
  let record: SessionRecord = { ...base, chatLog: chat, ...extra };
  const watching = watchUntold(
    {
      ...{ clock, live: () => [record], find: () => record },
      note: (_, { kind, data }) => {
        noted.push([kind, data]);
        record = { ...record, state: "idle", outcome: "error" };
      },
      onError: (error) => {
        throw error;
      },
    },
    ending.signal,
  );
  await write();
  for (let look = 0; look < 3; look += 1) {
    await vi.waitFor(() => expect(clock.sleepers()).toBe(1), { timeout: 20_000 });
    await clock.advance(2000);
  }
  ending.abort();
  await watching;
}

const ended = (error: object | undefined) => () =>
  writeFile(
    chat,
    `${JSON.stringify({ type: "event_msg", payload: { type: "task_complete", turn_id: "t1", error } })}\n`,
  );

describe("a turn that Codex gives up without a hook", () => {
  it("becomes an error by what its file says, once", async () => {
    await looked({}, ended({ message: "stub 500", codex_error_info: "internal_server_error" }));
    const facts = { error: "internal_server_error", lastText: "stub 500", promptId: "t1" };
    expect(noted).toEqual([["turn.failed", expect.objectContaining(facts)]]);
  });

  it("[want 11] is parked by a limit, until the text says", async () => {
    const message = "You’ve hit your usage limit. Upgrade, or try again at Jan 3rd, 2026 5:30 PM (UTC).";
    await looked({}, ended({ message, codex_error_info: "usage_limit_exceeded" }));
    const facts = { until: "2026-01-03T17:30:00.000Z", reason: message };
    expect(noted).toEqual([["turn.parked", expect.objectContaining(facts)]]);
  });

  it.each([
    ["a turn that was done", {}, ended(undefined)],
    ["another turn's failure", { promptId: "t2" }, ended({ message: "x" })],
    ["an idle session", { state: "idle" }, ended({ message: "x" })],
    ["a file that is not there", {}, () => Promise.resolve()],
    ["a path that leads back to itself, which ends no look at the others", {}, () => symlink(chat, chat)],
  ] as const)("is none by %s", async (_, extra, write) => {
    await looked(extra, write);
    expect(noted).toEqual([]);
  });
});

describe("an interruption of Gemini's", () => {
  const line = (type: string) => () =>
    writeFile(chat, `${JSON.stringify({ timestamp: "2026-01-01T00:00:05.000Z", type, content: "oh" })}\n`);
  const interrupted = { cli: "gemini", state: "idle", outcome: "interrupted" } as const;

  it("is an error where its file says so", async () => {
    await looked(interrupted, line("error"));
    expect(noted).toEqual([["turn.failed", expect.objectContaining({ error: "api", lastText: "oh" })]]);
  });

  it("[want 9] in a tool, of which no hook tells, is one by its file, when the tool's hook has come", async () => {
    await looked({ cli: "gemini" }, () =>
      writeFile(
        chat,
        `${JSON.stringify({ timestamp: "2026-01-01T00:00:01.000Z", type: "info", content: "Request cancelled." })}\n`,
      ),
    );
    const facts = { confirmedBy: "its file of the conversation" };
    expect(noted).toEqual([["turn.interrupted", expect.objectContaining(facts)]]);
  });

  it("stays what it is after Esc", async () => {
    await looked(interrupted, line("info"));
    expect(noted).toEqual([]);
  });
});
