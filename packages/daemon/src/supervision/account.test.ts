import { describe, expect, it } from "vitest";
import { crew } from "./supervision.test.support.ts";

describe("the cost of a wake", () => {
  const tokens = { input: 1200, cached: 1000, output: 34 };
  const woken = { promptId: "p2", rung: "tmux" };

  it("[want 31] is an event at the end of the turn that it brought, with or without a supervisor, once", async () => {
    const at = crew({ learn: () => Promise.resolve({ wakeTokens: tokens }) });
    at.work("web");
    await at.hear("web", "turn.stopped");
    expect(at.accounts).toEqual([]);
    await at.hear("web", "prompt.submitted", woken);
    const since = new Date(at.clock.now()).toISOString();
    await at.clock.advance(5000);
    await at.hear("web", "turn.stopped");
    expect(at.accounts.map(({ event }) => event)).toEqual([
      {
        kind: "turn.accounted",
        data: { cli: "claude", rung: "tmux", since, durationMs: 5000, outcome: "done", tokens },
      },
    ]);
    expect(at.told).toEqual([]);
    const { data } = at.accounts[0]?.event ?? { data: {} };
    await at.hear("web", "turn.accounted", data);
    expect(at.record("web")).toMatchObject({ state: "idle", wakeCost: { wakes: 1, ...tokens } });
    await at.restart();
    expect(at.accounts).toHaveLength(1);
  });

  it("is told after a restart in the middle, for it stands in the record", async () => {
    const at = crew();
    at.work("web");
    await at.hear("web", "turn.stopped");
    await at.hear("web", "prompt.submitted", woken);
    await at.restart();
    await at.hear("web", "turn.failed", { error: "529" });
    expect(at.accounts).toMatchObject([{ rung: "tmux", event: { data: { outcome: "error" } } }]);
  });

  it("of a stop that was answered with mail counts from that answer", async () => {
    const at = crew();
    at.work("web");
    at.answering.add("web");
    await at.hear("web", "turn.stopped");
    await at.clock.advance(2000);
    const since = new Date(at.clock.now()).toISOString();
    await at.hear("web", "turn.continued", { messages: ["m"] });
    at.answering.clear();
    await at.clock.advance(3000);
    await at.hear("web", "turn.stopped");
    expect(at.accounts).toMatchObject([
      { rung: "continuation", event: { data: { since, durationMs: 3000 } } },
    ]);
  });
});
