import { describe, expect, test } from "vitest";
import { tree } from "../commands/tree.ts";
import { resolve } from "./resolve.ts";
import { entriesOf, isNoun } from "./tree.ts";

describe("the words that name a command", () => {
  test.each([
    [["pub", "web", "hi"], "pub", ["web", "hi"]],
    [["send", "web", "hi"], "pub", ["web", "hi"]],
    [["session"], "session list", []],
    [["sessions", "--json"], "session list", ["--json"]],
    [["session", "show", "web"], "session show", ["web"]],
    [["consumers", "pause", "x"], "consumer pause", ["x"]],
    [["dead"], "dead list", []],
    [["help", "pub"], "pub", ["--help"]],
    [["help", "session", "show"], "session show", ["--help"]],
    [["claude", "-c"], "wrap", ["--", "claude", "-c"]],
    [["grok", "--help"], "wrap", ["--", "grok", "--help"]],
    [[], "", []],
    [["--json"], "", ["--json"]],
  ])("%j run %j", (argv, path, rest) => {
    expect(resolve(tree, argv)).toMatchObject({ type: "run", path, argv: rest });
  });

  test.each([[["--help"]], [["-h"]], [["help"]], [["session", "--help"]]])(
    "%j list commands without loading one",
    (argv) => {
      expect(resolve(tree, argv).type).toBe("list");
    },
  );

  test("an unknown command and an unknown verb name what may have been meant", () => {
    expect(() => resolve(tree, ["sesion"])).toThrow(/no command is called "sesion"; did you mean session/);
    expect(() => resolve(tree, ["session", "lst"])).toThrow(
      /no verb of fleet session is called "lst"; did you mean list/,
    );
    expect(() => resolve(tree, ["cluade"])).toThrow(/no command is called "cluade"; did you mean claude\?/);
    expect(() => resolve(tree, ["vim", "x"])).toThrow(/no command is called "vim"/);
    expect(() => resolve(tree, ["zzzzzz"])).toThrow(/there are pub, ask/);
  });

  test("no name or alias stands twice, and every noun's bare verb exists", () => {
    const entries = entriesOf(tree);
    const names = entries.flatMap((entry) => [entry.name, ...(entry.aliases ?? [])]);
    expect(new Set(names).size).toBe(names.length);
    const nouns = entries.filter(isNoun);
    expect(nouns.length).toBeGreaterThan(5);
    for (const noun of nouns) expect(noun.verbs.map((verb) => verb.name)).toContain(noun.bare);
  });
});
