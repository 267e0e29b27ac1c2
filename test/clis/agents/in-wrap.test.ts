import { beforeAll, describe, expect, test } from "vitest";
import { agentClis } from "../../support/agents/clis.ts";
import { useAgents } from "../../support/agents/fleet.ts";

/** Those that have no better way: Claude Code has its own test (claude-wrap.test.ts), Codex its queue. */
const clis = agentClis.filter(({ rung }) => rung === "tmux");

describe.each(clis.map((cli) => [cli.name, cli] as const))("the real %s in fleet wrap", (...args) => {
  const [, cli] = args;
  const { open, fleet } = useAgents(cli);
  beforeAll(() => open());

  test("[row 73] [row 85] is woken by typed lines, and a person's draft stays theirs", async () => {
    const web = await fleet().start("web", { isWrapped: true });
    expect(await fleet().session("web")).toMatchObject({ state: "idle", pty: { pid: web.pid } });
    expect((await fleet().session("web")).pane).toBeUndefined();
    for (const word of ["once", "twice"]) {
      const told = await fleet().tell("web", `[[say ${word}]]`);
      expect(told).toMatchObject({ stage: "done", rung: "pty", outcome: "done" });
      await fleet().untilState("web", "idle", 30_000);
    }
    await web.type("[[say mine]] my own words");
    const id = await fleet().pub("web", "[[say thrice]]");
    await web.press("Enter");
    await fleet().untilStage(id, "done");
    const pointers = fleet().model.asked.filter((request) => /my own words[^"]*fleet message/u.test(request));
    expect(pointers).toEqual([]);
    expect(fleet().model.asked.some((request) => request.includes("my own words"))).toBe(true);
  });
});
