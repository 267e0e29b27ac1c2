import { describe, expect, test } from "vitest";
import { findNonces } from "@fleetbus/core";
import { transcriptReader } from "./reader.ts";

const at = "2026-01-02T03:04:05.678Z";

function entry(fields: Record<string, unknown>): string {
  return JSON.stringify({ uuid: "u1", parentUuid: "p1", timestamp: at, isSidechain: false, ...fields });
}

function user(content: unknown): string {
  return entry({ type: "user", message: { role: "user", content } });
}

function read(...lines: readonly string[]) {
  const reader = transcriptReader(findNonces);
  return lines.flatMap((line) => reader.read(line));
}

describe("reading a transcript's lines", () => {
  test.each([
    ["a prompt", user("hello"), "prompt"],
    ["a prompt of blocks", user([{ type: "text", text: "hello" }]), "prompt"],
    [
      "the mark of Esc",
      user([{ type: "text", text: "[Request interrupted by user for tool use]" }]),
      "interruption",
    ],
    ["a tool's result", user([{ type: "tool_result", tool_use_id: "t", content: "ok" }]), "other"],
    ["an answer", entry({ type: "assistant", message: { role: "assistant", content: [] } }), "answer"],
    ["an API error", entry({ type: "assistant", isApiErrorMessage: true }), "failure"],
    ["a compaction", entry({ type: "system", subtype: "compact_boundary", parentUuid: null }), "compaction"],
    ["a summary of hooks", entry({ type: "system", subtype: "stop_hook_summary" }), "other"],
  ])("%s is told from the rest", (_, line, role) => {
    expect(read(line)).toMatchObject([{ kind: "entry", role, uuid: "u1", at: Date.parse(at) }]);
  });

  test.each([
    [
      "a sub-agent's record",
      entry({ type: "user", isSidechain: true, message: { role: "user", content: "x" } }),
    ],
    [
      "a sub-agent's request",
      JSON.stringify({ type: "api-request", agentId: "a", id: "r", keep: 0, tail: [] }),
    ],
    ["a torn line", '{"type":"user","uuid":"u'],
    ["no object", "7"],
    ["an empty line", ""],
    ["a record of another shape", JSON.stringify({ type: "user", uuid: 7 })],
    ["a request without its tail", JSON.stringify({ type: "api-request", id: "r" })],
    ["bookkeeping", JSON.stringify({ type: "last-prompt", prompt: "[fleet:abcdef]" })],
    ["a shape nested 200,000 deep", `{"type":"x","a":${"[".repeat(200_000)}${"]".repeat(200_000)}}`],
  ])("%s gives nothing", (_, line) => {
    expect(read(line)).toEqual([]);
  });

  test("a tool's result nested 200,000 deep is a user's record like any", () => {
    const deep = `${"[".repeat(200_000)}1${"]".repeat(200_000)}`;
    const line = user([{ type: "tool_result", tool_use_id: "t", content: "DEEP" }]).replace('"DEEP"', deep);
    expect(read(line)[0]).toMatchObject({ type: "user" });
  });

  test("raw output of a hook brings no nonce, its context does", () => {
    const raw = entry({ type: "attachment", attachment: { type: "hook_success", stdout: "[fleet:abcdef]" } });
    const context = entry({
      type: "attachment",
      attachment: { type: "hook_additional_context", content: ["[fleet:abcdef]"] },
    });
    expect(read(raw)).toMatchObject([{ nonces: [] }]);
    expect(read(context)).toMatchObject([{ nonces: ["abcdef"] }]);
  });

  test("the model's own words bring no nonce", () => {
    const line = entry({
      type: "assistant",
      message: { role: "assistant", content: [{ type: "text", text: "[fleet:abcdef]" }] },
    });
    expect(read(line)).toMatchObject([{ kind: "entry", nonces: [] }]);
  });

  test("a user record is a message by the hash of its canonical form, whatever the order of its keys", () => {
    const [, first] = read(user([{ text: "x [fleet:abcdef]", type: "text" }]));
    const [, second] = read(
      user([{ type: "text", cache_control: { type: "ephemeral" }, text: "x [fleet:abcdef]" }]),
    );
    const [, third] = read(user("x [fleet:abcdef]"));
    expect(first).toMatchObject({ kind: "message", nonces: ["abcdef"] });
    expect(second).toEqual(first);
    expect(third).toEqual(first);
  });

  test("results of parallel tools are one message together", () => {
    const block = (id: string, content: string) => ({ type: "tool_result", tool_use_id: id, content });
    const [first, second] = [block("t1", "[fleet:abcdef]"), block("t2", "b")];
    const facts = read(
      user([first]),
      entry({ type: "attachment", attachment: { type: "x" } }),
      user([second]),
    );
    const messages = facts.filter((fact) => fact.kind === "message");
    const joined = read(user([first, second])).filter((fact) => fact.kind === "message");
    expect(messages.map((message) => message.nonces)).toEqual([["abcdef"], ["abcdef"]]);
    expect(messages.at(-1)).toEqual(joined[0]);
  });

  test("a run of user records ends at the model's answer", () => {
    const answer = entry({ type: "assistant", message: { role: "assistant", content: [] } });
    expect(
      read(user("a [fleet:abcdef]"), answer, user("b")).filter((fact) => fact.kind === "message"),
    ).toHaveLength(1);
  });
});
