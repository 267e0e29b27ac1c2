import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { chatReaderOf } from "./readers.ts";
import { readChatTail } from "./tail.ts";

const whole = (...records: readonly unknown[]) => ({
  lines: records.map((record) => (typeof record === "string" ? record : JSON.stringify(record))),
  isWhole: true,
});

/** As seen with 0.169.0 and a model that answers 400 and 429. */
const complete = (turn_id: string, error?: object) => ({
  timestamp: "2026-11-21T16:42:31.530Z",
  ordinal: 19,
  type: "event_msg",
  payload: { type: "task_complete", root_turn_id: turn_id, turn_id, last_agent_message: null, error },
});

describe("Codex' rollout file", () => {
  const codex = chatReaderOf("codex");
  const turn = { promptId: "t2", sinceMs: 0 };

  test.each([
    ['{"error":{"message":"stub 400"}}', "other", "other", false],
    [
      "exceeded retry limit, last status: 429 Too Many Requests",
      { response_too_many_failed_attempts: { http_status_code: 429 } },
      "response_too_many_failed_attempts",
      false,
    ],
    [
      "You’ve hit your usage limit, or try again at 5:30 PM.",
      "usage_limit_exceeded",
      "usage_limit_exceeded",
      true,
    ],
    ["it broke", undefined, "other", false],
  ])("says that a turn failed with %j", (message, codex_error_info, error, isLimit) => {
    const tail = whole("torn {", complete("t1"), complete("t2", { message, codex_error_info }), {
      type: "other",
    });
    expect(codex?.failureIn?.(tail, turn)).toEqual({ error, text: message, isLimit });
  });

  test("says nothing of a turn that was done, nor of an earlier one that failed", () => {
    const tail = whole(complete("t1", { message: "x" }), complete("t2"));
    expect(codex?.failureIn?.(tail, turn)).toBeUndefined();
  });

  test("[want 31] says what the turn has used", () => {
    const used = (turn_id: string, input_tokens: number, timestamp = "2026-11-21T16:42:31.530Z") => ({
      type: "token_usage_record",
      timestamp,
      payload: {
        turn_id,
        turn_token_usage: { input_tokens, cached_input_tokens: 700, output_tokens: 10, total_tokens: 1 },
      },
    });
    const tail = whole(used("t2", 1000), used("t2", 2000), used("t3", 5));
    expect(codex?.tokensIn?.(tail, turn)).toEqual({ input: 2000, cached: 700, output: 10 });
    expect(codex?.tokensIn?.(whole(used("t3", 5)), turn)).toBeUndefined();
  });

  test("says what the turn has used since a moment in it", () => {
    const used = (at: string, input_tokens: number, cached_input_tokens: number, output_tokens: number) => ({
      ...{ type: "token_usage_record", timestamp: `2026-11-21T16:42:${at}Z` },
      payload: {
        turn_id: "t2",
        turn_token_usage: { input_tokens, cached_input_tokens, output_tokens },
      },
    });
    const tail = whole(used("31.000", 1000, 700, 10), used("33.000", 2500, 1500, 25));
    const since = (at: string) => ({ promptId: "t2", sinceMs: Date.parse(`2026-11-21T16:42:${at}Z`) });
    expect(codex?.tokensIn?.(tail, since("32.000"))).toEqual({ input: 1500, cached: 800, output: 15 });
    expect(codex?.tokensIn?.(tail, since("30.000"))).toEqual({ input: 2500, cached: 1500, output: 25 });
    expect(codex?.tokensIn?.(tail, since("34.000"))).toBeUndefined();
  });
});

describe("Gemini's chat file", () => {
  const gemini = chatReaderOf("gemini");
  const turn = { sinceMs: Date.parse("2026-11-21T16:44:27.131Z") };
  const line = (timestamp: string, type: string, content: string) => ({ id: "x", timestamp, type, content });
  const error = '[API Error: {"error":{"message":"stub 400"}}]';

  test("tells an error of the API from Esc, which its hook does not", () => {
    const failed = whole({ $set: {} }, line("2026-11-21T16:44:27.233Z", "error", error));
    expect(gemini?.failureIn?.(failed, turn)).toEqual({ error: "api", text: error, isLimit: false });
    const cancelled = whole(
      line("2026-11-21T16:44:00.000Z", "error", error),
      line("2026-11-21T16:44:28.809Z", "info", "Request cancelled."),
    );
    expect(gemini?.failureIn?.(cancelled, turn)).toBeUndefined();
    expect(gemini?.interruptedAt?.(cancelled, turn)).toBe(Date.parse("2026-11-21T16:44:28.809Z"));
    expect(gemini?.interruptedAt?.(failed, turn)).toBeUndefined();
  });

  test("[want 31] says what the turn's answers have used", () => {
    const answer = (id: string, at: string, input: number) => ({
      ...{ id, timestamp: `2026-11-21T16:44:${at}Z`, type: "gemini", content: "" },
      tokens: { input, output: 10, cached: 5, thoughts: 0, tool: 0, total: 1 },
    });
    const tail = whole(
      answer("old", "00.000", 1),
      answer("a", "28.000", 1000),
      answer("a", "28.000", 1000),
      answer("b", "29.000", 2000),
    );
    expect(gemini?.tokensIn?.(tail, turn)).toEqual({ input: 3000, cached: 10, output: 20 });
    expect(gemini?.tokensIn?.({ ...tail, isWhole: false }, turn)).toBeUndefined();
  });
});

describe("Claude Code's transcript", () => {
  const claude = chatReaderOf("claude");
  const sinceMs = Date.parse("2026-01-01T00:01:00.000Z");
  const answer = (at: string, id: string, output_tokens: number, more: object = {}) => ({
    ...{ type: "assistant", timestamp: `2026-01-01T00:${at}.000Z` },
    message: {
      id,
      usage: {
        input_tokens: 5,
        cache_creation_input_tokens: 100,
        cache_read_input_tokens: 1000,
        output_tokens,
      },
    },
    ...more,
  });

  test("[want 31] says what the answers of the turn have used, each once and by its last record", () => {
    const tail = whole(
      answer("00:59", "before", 999),
      answer("01:01", "a", 1),
      answer("01:02", "a", 20),
      "torn",
      answer("01:03", "sub", 500, { isSidechain: true }),
      answer("01:04", "b", 30),
    );
    expect(claude?.tokensIn?.(tail, { sinceMs })).toEqual({ input: 2210, cached: 2000, output: 50 });
  });

  test("says nothing rather than a part of a turn whose start is further back", () => {
    const part = { ...whole(answer("01:04", "b", 30)), isWhole: false };
    expect(claude?.tokensIn?.(part, { sinceMs })).toBeUndefined();
    const more = { ...whole(answer("00:59", "before", 1), answer("01:04", "b", 30)), isWhole: false };
    expect(claude?.tokensIn?.(more, { sinceMs })).toMatchObject({ output: 30 });
    expect(claude?.tokensIn?.(whole({ type: "user" }), { sinceMs })).toBeUndefined();
  });
});

test("the end of a long file is read without the line that it begins in, and no pipe or folder at all", async () => {
  const dir = await mkdtemp(join(tmpdir(), "fleet-chat-"));
  const file = join(dir, "chat.jsonl");
  await writeFile(file, `${"x".repeat(1024 * 1024)}\nlast\n`);
  expect(await readChatTail(file)).toEqual({ lines: ["last", ""], isWhole: false });
  await writeFile(file, "first\nlast\n");
  expect(await readChatTail(file)).toEqual({ lines: ["first", "last", ""], isWhole: true });
  await expect(readChatTail(dir)).rejects.toThrow("no regular file");
  await rm(dir, { recursive: true });
});
