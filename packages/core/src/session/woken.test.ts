import { describe, expect, test } from "vitest";
import { foldEvents } from "./fold.ts";

type Said = readonly [kind: string, data?: Readonly<Record<string, unknown>>];

const timeOf = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString();

function fold(...said: readonly Said[]) {
  return foldEvents(
    said.map(([kind, data], index) => ({
      ...{ id: String(index).padStart(6, "0"), kind, time: timeOf(index), origin: "system" },
      ...{ from: { machine: "lab", session: "web" }, data: { cli: "claude", ...data } },
    })),
  );
}

const started: Said = ["session.started", { pid: 7 }];
const woken: Said = ["prompt.submitted", { promptId: "p1", rung: "tmux" }];
const stopped: Said = ["turn.stopped", { promptId: "p1" }];
const tokens = { input: 100, cached: 60, output: 9 };
const accounted = (at: number, more: object = { tokens }): Said => [
  "turn.accounted",
  { rung: "tmux", since: timeOf(at), ...more },
];

describe("whether fleet woke the turn", () => {
  test.each<[string, readonly Said[], object | undefined]>([
    ["a prompt of somebody else", [["prompt.submitted", { promptId: "p1" }]], undefined],
    ["a prompt that a rung brought", [woken], { rung: "tmux", at: timeOf(1) }],
    ["its end: it is not accounted for yet", [woken, stopped], { rung: "tmux", at: timeOf(1) }],
    [
      "what is typed meanwhile",
      [woken, ["prompt.submitted", { promptId: "p1" }]],
      { rung: "tmux", at: timeOf(1) },
    ],
    ["the next prompt", [woken, stopped, ["prompt.submitted", { promptId: "p2" }]], undefined],
    [
      "a stop that fleet answered",
      [["prompt.submitted", { promptId: "p1" }], stopped, ["turn.continued"]],
      { rung: "continuation", at: timeOf(3) },
    ],
    [
      "such a stop of a turn that it woke",
      [woken, stopped, ["turn.continued"]],
      { rung: "tmux", at: timeOf(1) },
    ],
    [
      "a reader that says busy",
      [["prompt.submitted", { promptId: "p1" }], stopped, ["turn.continued", { confirmedBy: "a list" }]],
      undefined,
    ],
    ["its account", [woken, stopped, accounted(1)], undefined],
    [
      "the account of the turn before",
      [woken, stopped, ["prompt.submitted", { promptId: "p2", rung: "socket" }], accounted(1)],
      { rung: "socket", at: timeOf(3) },
    ],
    ["another process", [woken, ["session.started", { pid: 8 }]], undefined],
  ])("%s", (_, said, wokenBy) => {
    expect(fold(started, ...said)?.wokenBy).toEqual(wokenBy);
  });
});

test("wakes are summed, also those whose CLI tells no tokens, and change no state", () => {
  const record = fold(started, woken, stopped, accounted(1), accounted(1, {}), accounted(1));
  expect(record).toMatchObject({
    ...{ state: "idle", idleGeneration: 2 },
    wakeCost: { wakes: 3, input: 200, cached: 120, output: 18 },
  });
});
