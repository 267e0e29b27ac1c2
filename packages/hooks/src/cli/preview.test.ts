import { loadConfig } from "@fleetbus/core";
import { expect, test } from "vitest";
import { codexTable } from "../codex/cli.ts";
import { fixture } from "./fixtures.test.support.ts";
import { customTable } from "./custom.ts";
import { previewPayload } from "./preview.ts";

const text = `
[[cli]]
name = "aide"
[cli.fields]
session = "session.id"
prompt = "input.text"
[cli.events.turn-end]
kind = "turn.stopped"
needs = ["output"]
context = "continues"
answer = "json:note"
[cli.events.ask]
kind = "prompt.submitted"
`;
const [config] = loadConfig(text, { path: "fleet.toml" }).config.cli;
if (config === undefined) throw new Error("no [[cli]] in it");
const table = customTable(config);

test("names the meaning, what is missing, what is not read and how an answer would look", () => {
  const payload = { session: { id: "s1" }, extra: 1, prompt: "not the prompt" };
  expect(previewPayload(table, { event: "turnend", payload })).toEqual({
    ...{ event: "turn-end", isKnown: true, context: "continues", answer: '{"note":"…"}' },
    meaning: [{ kind: "turn.stopped", data: expect.objectContaining({ cliSession: "s1", outcome: "done" }) }],
    missing: ["output"],
    unread: ["extra", "prompt"],
  });
});

test("an event without an answer, and one that nobody knows", () => {
  const payload = { session: { id: "s1" }, input: { text: "go" } };
  expect(previewPayload(table, { event: "ask", payload })).toMatchObject({
    ...{ context: "none", missing: [], unread: [], meaning: [{ data: { prompt: "go" } }] },
  });
  expect(previewPayload(table, { event: "nap", payload })).toEqual({
    ...{ event: "nap", isKnown: false, context: "none", meaning: [], missing: [], unread: [] },
  });
});

test("a CLI that fleet has a table of is looked at the same way", () => {
  const { payload } = fixture("codex", "Stop");
  const seen = previewPayload(codexTable, { event: "Stop", payload });
  expect(seen).toMatchObject({ isKnown: true, missing: [], meaning: [{ kind: "turn.stopped" }] });
  expect(seen.unread).toContain("model");
  expect(seen.unread).not.toContain("turn_id");
});
