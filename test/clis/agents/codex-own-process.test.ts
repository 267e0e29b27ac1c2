import { beforeAll, describe, expect, test } from "vitest";
import { agentClis } from "../../support/agents/clis.ts";
import { useAgents } from "../../support/agents/fleet.ts";

describe.each(agentClis.filter(({ name }) => name === "codex").map((cli) => [cli.name, cli] as const))(
  "the real %s without its daemon, as fleet launch starts it",
  (...args) => {
    const [, cli] = args;
    const { open, fleet } = useAgents(cli);
    beforeAll(() => open());

    test("[row 98] is woken by its queue, which it looks at seldom, and its wake is proved", async () => {
      const web = await fleet().start("web", { flags: ["--disable", "daemon_auto_start"] });
      await web.submit("[[say ready]]");
      const { pid } = await fleet().untilState("web", "idle", 30_000);
      expect(pid).toBeDefined();
      const { id } = await fleet().tell("web", "[[say pong]]");
      const trace = await fleet().untilStage(id, "done");
      expect(trace.map(({ stage, rung }) => (rung ? `${stage} ${rung}` : stage))).toEqual([
        ...["stored", "woken queue", "offered", "shown", "done"],
      ]);
    });
  },
);
