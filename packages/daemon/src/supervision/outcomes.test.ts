import { FleetError } from "@fleetbus/core";
import { describe, expect, it } from "vitest";
import { crew } from "./supervision.test.support.ts";

const minuteMs = 60_000;
const child = { parent: "boss" };

describe("the end of a turn or a session", () => {
  const ends: readonly (readonly [string, object, string, string])[] = [
    ["turn.stopped", { lastText: "All 12 tests pass." }, "low", "web: is done with its turn"],
    ["turn.failed", { error: "server_error" }, "high", "web: ended its turn with an error"],
    ["turn.interrupted", { confirmedBy: "hook" }, "normal", "web: was interrupted"],
    [
      "turn.parked",
      { until: "2026-01-02T18:00:00.000Z" },
      "high",
      "web: is parked by a usage limit until 2026-01-02T18:00:00.000Z",
    ],
    ["session.ended", { reason: "prompt_input_exit" }, "normal", "web: exited in the middle of a turn"],
    ["session.lost", { reason: "process 7 is gone" }, "high", "web: is lost in the middle of a turn"],
  ];

  it.each(ends)(
    "[row 113] [case 12] %s %j is one message of priority %s",
    async (kind, data, priority, subject) => {
      const at = crew();
      at.work("web", child);
      await at.clock.advance(3 * minuteMs);
      const id = await at.hear("web", kind, data);
      expect(at.told).toHaveLength(1);
      expect(at.told[0]).toMatchObject({
        ...{
          id: `outcome-${id}`,
          priority,
          subject,
          kind: "system",
          type: "result",
          origin: "system",
          hop: 0,
        },
        ...{ from: { machine: "lab", session: "web" }, to: { machine: "lab", session: "boss" } },
      });
      expect(at.told[0]?.body).toContain("after 3m");
      expect(at.told[0]?.expiresAt === undefined).toBe(priority !== "low");
      for (const text of Object.values(data)) if (text !== "hook") expect(at.told[0]?.body).toContain(text);
    },
  );

  it("tells how many tools were called and failed, and what it cost where the CLI says so", async () => {
    const at = crew({ learn: () => Promise.resolve({ tokens: { input: 1200, cached: 1000, output: 34 } }) });
    at.work("web", child);
    for (const kind of ["tool.finished", "tool.finished", "tool.failed"])
      await at.hear("web", kind, { tool: "Bash", promptId: "p" });
    await at.hear("web", "tool.finished", { batch: 3 });
    await at.hear("web", "turn.stopped");
    expect(at.told[0]?.body).toBe(
      "web (claude) is done with its turn after 0ms; 3 tool calls, 1 failed; 1200 tokens in (1000 cached), 34 out.",
    );
  });

  it("is an error where the hook told an interruption and the CLI's file says better", async () => {
    const failure = { error: "api", text: "[API Error: 503]", isLimit: false };
    const at = crew({ learn: () => Promise.resolve({ failure }) });
    at.work("web", { ...child, cli: "gemini" });
    await at.hear("web", "turn.interrupted", { confirmedBy: "hook", cli: "gemini" });
    expect(at.told[0]).toMatchObject({ priority: "high", subject: "web: ended its turn with an error" });
    expect(at.told[0]?.body).toContain("Reason: api\n\nIt last said:\n[API Error: 503]");
  });

  it("of a session that exits or is lost between two turns is told without a turn", async () => {
    const at = crew();
    at.work("web", child);
    at.work("api", child);
    for (const name of ["web", "api"]) await at.hear(name, "turn.stopped", { lastText: "all fine" });
    at.told.length = 0;
    await at.hear("web", "session.ended", { reason: "logout" });
    await at.hear("api", "session.lost", { reason: "pane %3 is gone" });
    expect(at.told.map(({ priority, body }) => [priority, body])).toEqual([
      ["low", "web (claude) exited.\n\nReason: logout"],
      ["high", "api (claude) is lost.\n\nReason: pane %3 is gone"],
    ]);
  });

  it("[case 14] is told once however often it is heard of, and a later one again", async () => {
    const at = crew();
    at.work("web", child);
    const first = await at.hear("web", "turn.stopped", { promptId: "p1" });
    await at.hear("web", "turn.stopped", { promptId: "p1" });
    await at.hear("web", "turn.interrupted", { confirmedBy: "claude agents" });
    await at.hear("web", "notification.raised", { text: "waiting" });
    await at.hear("web", "prompt.submitted", { promptId: "p2" });
    const second = await at.hear("web", "turn.stopped", { promptId: "p2" });
    expect(at.told.map(({ id }) => id)).toEqual([`outcome-${first}`, `outcome-${second}`]);
  });

  it("[want 15] of a sub-agent is no end: it tells nobody", async () => {
    const at = crew();
    at.work("web", child);
    for (const kind of ["turn.stopped", "turn.failed", "subagent.stopped", "session.ended"])
      await at.hear("web", kind, { agentId: "a1", error: "server_error" });
    expect(at.told).toEqual([]);
  });

  it("[row 114] of a session without a supervisor, or that names itself, tells nobody", async () => {
    const at = crew();
    at.work("top");
    at.work("self", { parent: "self" });
    for (const name of ["top", "self"]) await at.hear(name, "turn.failed", { error: "server_error" });
    expect(at.told).toEqual([]);
  });

  it("of what only a reader saw begin is no news", async () => {
    const at = crew();
    at.work("web", child);
    await at.hear("web", "turn.stopped");
    await at.hear("web", "turn.continued", { confirmedBy: "claude agents" });
    await at.hear("web", "turn.stopped", { confirmedBy: "claude agents" });
    expect(at.told).toHaveLength(1);
  });
});

describe("a stop that is being answered", () => {
  it("is told when its answer is out, and not where that continued the turn", async () => {
    const at = crew();
    at.work("web", child);
    at.answering.add("web");
    await at.hear("web", "turn.stopped");
    expect(at.told).toEqual([]);
    await at.hear("web", "turn.continued", { messages: ["m"] });
    at.answering.delete("web");
    at.outcomes.flush("web");
    expect(at.told).toEqual([]);
    at.answering.add("web");
    await at.hear("web", "turn.stopped", { lastText: "now it is" });
    at.answering.delete("web");
    at.outcomes.flush("web");
    await at.clock.advance(0);
    expect(at.told.map(({ body }) => body)).toEqual([expect.stringContaining("now it is")]);
  });
});

describe("a daemon that starts again", () => {
  it("tells the ends of the last 55 minutes that were not told, under the same id, and no other", async () => {
    const failing = { is: true };
    const errors: unknown[] = [];
    const at = crew({
      publish: (message) =>
        failing.is ? Promise.reject(new FleetError("storage", "no")) : Promise.resolve(at.told.push(message)),
      onError: (error) => errors.push(error),
    });
    for (const name of ["old", "new", "said"]) at.work(name, child);
    await at.hear("old", "turn.failed", { error: "x" });
    await at.clock.advance(56 * minuteMs);
    const id = await at.hear("new", "turn.failed", { error: "x" });
    failing.is = false;
    await at.hear("said", "turn.failed", { error: "x" });
    at.told.length = 0;
    await at.restart();
    expect(at.told.map((message) => message.id)).toEqual([`outcome-${id}`]);
    await at.restart();
    expect(at.told).toHaveLength(1);
    expect(errors).toHaveLength(2);
  });

  it("takes it for told where the server knows it under other words", async () => {
    const at = crew({ publish: () => Promise.reject(new FleetError("conflict", "other words")) });
    at.work("web", child);
    const id = await at.hear("web", "turn.stopped");
    expect(at.record("web")?.toldEnd).toBe(id);
  });
});

describe("what is told at all", () => {
  it("is the problems alone where the config says so, or nothing", async () => {
    const at = crew({ rule: ({ name }) => (name === "off" ? "off" : "problems") });
    for (const name of ["web", "off"]) {
      at.work(name, child);
      await at.hear(name, "turn.stopped");
      await at.hear(name, "prompt.submitted", { promptId: "p2" });
      await at.hear(name, "turn.failed", { error: "x" });
      await at.hear(name, "session.ended", { reason: "logout" });
    }
    expect(at.told.map(({ subject }) => subject)).toEqual(["web: ended its turn with an error"]);
  });

  it("is not that a turn is done of which the worker has reported itself; the next turn counts again", async () => {
    const at = crew();
    at.work("web", child);
    at.outcomes.reported("web");
    await at.hear("web", "turn.stopped");
    expect(at.told).toEqual([]);
    await at.hear("web", "prompt.submitted", { promptId: "p2" });
    await at.hear("web", "turn.stopped", { promptId: "p2" });
    expect(at.told).toHaveLength(1);
  });
});

describe("sessions that supervise each other", () => {
  const reads = (at: ReturnType<typeof crew>, name: string, hop = 0) => {
    const [message] = at.told.slice(-1);
    if (message !== undefined) at.causes.set(name, [{ ...message, hop }]);
  };

  it("do not wake each other for ever: the failure of a turn about a failure waits, and its success is no news", async () => {
    const at = crew();
    at.work("web", { parent: "api" });
    at.work("api", { parent: "web" });
    await at.hear("web", "turn.failed", { error: "overloaded" });
    expect(at.told.at(-1)).toMatchObject({ priority: "high", to: { session: "api" } });
    reads(at, "api");
    await at.hear("api", "turn.failed", { error: "overloaded" });
    expect(at.told.at(-1)).toMatchObject({ priority: "low", to: { session: "web" }, hop: 1 });
    await at.hear("api", "prompt.submitted", { promptId: "p9" });
    await at.hear("api", "turn.stopped", { promptId: "p9" });
    expect(at.told).toHaveLength(2);
  });

  it("in a line tell the next one above, who is woken", async () => {
    const at = crew();
    at.work("web", { parent: "api" });
    at.work("api", child);
    await at.hear("web", "turn.failed", { error: "overloaded" });
    reads(at, "api");
    await at.hear("api", "turn.failed", { error: "overloaded" });
    expect(at.told.at(-1)).toMatchObject({ priority: "high", to: { session: "boss" } });
  });

  it("end a chain of messages where the storm guard ends any", async () => {
    const at = crew();
    at.work("web", { parent: "api" });
    at.work("api", child);
    await at.hear("web", "turn.failed", { error: "x" });
    reads(at, "api", 16);
    await at.hear("api", "turn.failed", { error: "x" });
    expect(at.told).toHaveLength(1);
    expect(at.refused).toEqual(["17 messages in a chain, the last to lab/boss"]);
  });
});
