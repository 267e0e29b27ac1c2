import { describe, expect, test } from "vitest";
import { loadConfig } from "@fleetbus/core";
import { kindProblems, meantKind } from "./kinds.ts";

describe("a kind", () => {
  test.each([
    ["turn.faild", "turn.failed"],
    ["trun.failed", "turn.failed"],
    ["Turn.Failed", "turn.failed"],
    ["sesion.*", "session.*"],
    ["session.>", "session.*"],
    ["run.finishd", "run.finished"],
    ["adapter.failng", "adapter.failing"],
    ["wake.tmx", "wake.tmux"],
  ])("%s is a slip for %s", (kind, meant) => {
    expect(meantKind(kind)).toBe(meant);
  });

  test.each([
    "turn.failed",
    "session.*",
    "*",
    "*.failed",
    "run.*",
    "wake.*",
    "deploy.finished",
    "ci.*",
    "turnip.x",
  ])("%s is none", (kind) => {
    expect(meantKind(kind)).toBeUndefined();
  });
});

test("slips in the adapters' on are told with their places", () => {
  const text = '[[adapter]]\nname = "a"\ntype = "tmux"\non = ["turn.failed", "turn.faild"]\n';
  expect(kindProblems(loadConfig(text, { path: "fleet.toml" }))).toEqual([
    {
      ...{ path: "adapter[0].on[1]", line: 4, column: 1, didYouMean: "turn.failed" },
      message: 'there is no kind of event "turn.faild"; did you mean turn.failed?',
    },
  ]);
});
