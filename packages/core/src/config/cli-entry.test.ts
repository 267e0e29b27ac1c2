import { describe, expect, test } from "vitest";
import { toFleetError } from "../errors/fleet-error.ts";
import { hookWord, takenCliNames, toldKinds } from "./cli-entry.ts";
import { loadConfig } from "./load.ts";

const load = (text: string) => loadConfig(text, { path: "fleet.toml" });

function linesOf(text: string): readonly string[] {
  try {
    load(text);
  } catch (error) {
    return toFleetError(error).message.split("\n").slice(1);
  }
  throw new Error("it has no problems");
}

describe("[[cli]]", () => {
  test("needs a name and no more", () => {
    const [cli] = load('[[cli]]\nname = "aide"\n').config.cli;
    expect(cli).toMatchObject({
      name: "aide",
      fields: {},
      events: {},
      shared_process: false,
      max_context: 9500,
      max_continuations: 7,
      timeout_unit: "s",
    });
    expect(load("").config.cli).toEqual([]);
  });

  test("says of an event what is usual where it says nothing", () => {
    const [cli] = load('[[cli]]\nname = "aide"\n[cli.events."turn-end"]\nkind = "turn.stopped"\n').config.cli;
    expect(cli?.events).toEqual({
      "turn-end": {
        ...{ kind: "turn.stopped", when: [], needs: [], context: "none", answer: "context", timeout: 10_000 },
      },
    });
  });

  test("tells all slips at once, each with its line and what was meant", () => {
    const text = [
      "[[cli]]",
      'name = "aide"',
      "max_contxt = 9000",
      "[cli.fields]",
      'sesion = "id"',
      'cwd = "a..b"',
      "[cli.events.end]",
      'kind = "turn.stoped"',
      'context = "continue"',
      'answer = "yaml"',
      "[[cli.events.end.when]]",
      'feild = "why"',
      'field = "why"',
      'is = "x"',
      'kind = "turn.failed"',
    ].join("\n");
    expect(linesOf(text)).toEqual([
      "  3:1 cli[0].max_contxt: unknown key; did you mean max_context?",
      "  5:1 cli[0].fields.sesion: unknown key; did you mean session?",
      "  6:1 cli[0].fields.cwd: use a key, or keys with dots between, as session.id",
      '  8:1 cli[0].events.end.kind: there is no "turn.stoped"; did you mean turn.stopped?',
      '  9:1 cli[0].events.end.context: there is no "continue"; did you mean continues?',
      "  10:1 cli[0].events.end.answer: use context, block, text or json:<key>",
      "  12:1 cli[0].events.end.when[0].feild: unknown key; did you mean field?",
    ]);
  });

  test.each(takenCliNames)("is not called %s", (name) => {
    expect(linesOf(`[[cli]]\nname = "${name}"\n`)).toEqual([
      `  2:1 cli[0].name: fleet has its own table of ${name}`,
    ]);
  });

  test.each(["Aide", "my-cli", "a1", "", "x".repeat(33), "__proto__"])("is not called %j", (name) => {
    expect(linesOf(`[[cli]]\nname = "${name}"\n`)).toEqual([
      "  2:1 cli[0].name: use a-z, at most 32 letters: it is a word of the hook's line",
    ]);
  });

  test("is there once under a name, and each of its events under a word of its own", () => {
    expect(linesOf('[[cli]]\nname = "aide"\n[[cli]]\nname = "aide"\n')).toEqual([
      "  4:1 cli[1].name: cli[0] is called aide already",
    ]);
    const event = (name: string) => `[cli.events.${name}]\nkind = "turn.stopped"\n`;
    expect(linesOf(`[[cli]]\nname = "aide"\n${event("turn-end")}${event("turn_end")}`)).toEqual([
      '  5:1 cli[0].events.turn_end: in a hook\'s line it is the same word as "turn-end"',
    ]);
  });

  test("is written in double brackets", () => {
    expect(linesOf('[cli]\nname = "aide"\n')).toEqual([
      "  1:1 cli: one table instead of a list: write [[cli]]",
    ]);
  });
});

test.each([
  ["turn-end", "turnend"],
  ["Stop", "Stop"],
  ["a.b:c 2", "abc"],
])("%s is %s in a hook's line", (event, word) => {
  expect(hookWord(event)).toBe(word);
});

test("what happens outside a session no hook tells", () => {
  expect(toldKinds).not.toContain("session.lost");
  expect(toldKinds).not.toContain("message.sent");
});
