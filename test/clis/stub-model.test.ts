import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startStubModel, type StubModel } from "../support/stub-model.ts";

let folder: string;
let model: StubModel;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-stub-"));
  model = await startStubModel({ logFile: join(folder, "model.jsonl") });
});

afterEach(async () => {
  await model.close();
  await rm(folder, { recursive: true, force: true });
});

interface Said {
  readonly role: string;
  readonly content: unknown;
}

function ask(
  messages: readonly Said[],
  more: Record<string, unknown> = {},
  signal?: AbortSignal,
): Promise<Response> {
  const body = JSON.stringify({ model: "m", tools: [{ name: "Bash" }], messages, ...more });
  return fetch(`${model.url}/v1/messages`, { method: "POST", body, ...(signal && { signal }) });
}

async function answerTo(...messages: readonly Said[]): Promise<string> {
  return JSON.stringify(await (await ask(messages)).json());
}

const user = (content: unknown): Said => ({ role: "user", content });
const assistant: Said = {
  role: "assistant",
  content: [{ type: "tool_use", id: "t", name: "Bash", input: {} }],
};
const result = user([{ type: "tool_result", tool_use_id: "t", content: "hi" }]);

describe("the stub model", () => {
  test.each([
    ["plain words", [user("hello there")], "PONG hello there"],
    ["a word to say", [user("[[say fine]]")], '"fine"'],
    ["a tool", [user("[[run echo a]]")], "echo a"],
    ["the tool's result", [user("[[run echo a]]"), assistant, result], "DONE hi"],
    ["a second action after the first", [user("[[run echo a]] [[say then]]"), assistant, result], '"then"'],
    ["words in what a hook adds", [user("hi"), { role: "system", content: "mail [[say mail]]" }], '"mail"'],
    ["a prompt after one with words", [user("[[say old]]"), assistant, user("new")], "PONG new"],
    [
      "an interrupted prompt",
      [
        user([
          { type: "text", text: "[[say old]]" },
          { type: "text", text: "[Request interrupted by user]" },
          { type: "text", text: "new" },
        ]),
      ],
      "PONG new",
    ],
  ])("answers %s", async (_, messages, expected) => {
    expect(await answerTo(...messages)).toContain(expected);
  });

  test("streams what it would answer at once", async () => {
    const text = await (await ask([user("[[drip 1]] [[say hello world]]")], { stream: true })).text();
    expect(text).toContain("message_stop");
    expect([...text.matchAll(/"text_delta","text":"([^"]*)"/g)].map((match) => match[1]).join("")).toBe(
      String.raw`hello\n world`,
    );
  });

  test("fails with the status it is told", async () => {
    expect((await ask([user("[[fail 529]]")])).status).toBe(529);
    expect(model.requests()).toMatchObject([{ end: "failed" }]);
  });

  test("holds an answer until it is released", async () => {
    const answer = answerTo(user("[[hold a]] [[say late]]"));
    await model.waitFor((request) => request.endedAt === 0);
    model.release("a");
    expect(await answer).toContain("late");
  });

  test("knows a request whose caller went away, and that it saw no output", async () => {
    const caller = new AbortController();
    const asked = ask([user("[[hold a]] x")], { stream: true }, caller.signal).then((response) =>
      response.text(),
    );
    await model.waitFor((request) => request.endedAt === 0);
    caller.abort();
    await expect(asked).rejects.toThrow(/abort/i);
    expect(await model.waitFor((request) => request.endedAt > 0)).toMatchObject({
      end: "aborted",
      hadOutput: false,
    });
  });

  test("keeps the whole text of system and messages, in memory and in its file", async () => {
    const long = "x".repeat(100_000);
    await ask(
      [
        user(`needle1 ${long}`),
        user([{ type: "tool_result", tool_use_id: "t", content: [{ type: "text", text: "needle2" }] }]),
      ],
      { system: [{ type: "text", text: "needle3" }] },
    );
    for (const needle of ["needle1", "needle2", "needle3", long])
      expect(model.holding(needle)).toHaveLength(1);
    const [line = ""] = (await readFile(join(folder, "model.jsonl"), "utf8")).split("\n");
    expect(JSON.parse(line)).toEqual(model.requests()[0]);
  });

  test.each([
    ["POST", "/v1/messages/count_tokens", 200],
    ["GET", "/v1/models", 200],
    ["GET", "/elsewhere", 404],
  ])("answers %s %s with %i", async (method, path, status) => {
    expect((await fetch(model.url + path, { method })).status).toBe(status);
    expect(model.strangers()).toEqual(status === 404 ? [`${method} ${path}`] : []);
  });

  test("says what is wrong with a request it cannot read", async () => {
    const response = await fetch(`${model.url}/v1/messages`, { method: "POST", body: "{}" });
    expect(response.status).toBe(400);
  });
});
