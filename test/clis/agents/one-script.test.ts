import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Items, SessionView } from "@fleetbus/core/api";
import { agentClis, type AgentCli } from "../../support/agents/clis.ts";
import { useAgents } from "../../support/agents/fleet.ts";
import { until } from "../../support/claude.ts";

/** What of the feature list its hooks show. */
const rows = {
  claude: "[row 96] [row 97]",
  codex: "[row 98]",
  gemini: "[row 99]",
  grok: "[row 100]",
} as const satisfies Readonly<Record<AgentCli["name"], string>>;

/** One script for all of them: the same commands, the same assertions. */
describe.each(agentClis.map((cli) => [cli.name, rows[cli.name], cli] as const))(
  "the real %s %s",
  (...args) => {
    const [, , cli] = args;
    const { open, fleet } = useAgents(cli);
    beforeAll(() => open());

    test("is listed, runs a tool, goes idle, is woken by a message and tells its sender when it is done", async () => {
      const web = await fleet().start("web");
      if (cli.startsWithPrompt) await web.submit("[[say ready]]");
      await fleet().untilState("web", "idle", 30_000);
      const { items } = await fleet().json<Items<SessionView>>("session", "list");
      expect(items.find(({ name }) => name === "web")).toMatchObject(seenOf(cli, web));

      await web.submit("[[run echo from the tool]] go");
      await web.waitForScreen(/from the tool[\s\S]*DONE /u);
      const ran = await fleet().untilSession(
        "web",
        ({ state, lastText = "" }) => state === "idle" && lastText.startsWith("DONE "),
      );
      expect(ran).toMatchObject({ outcome: "done" });

      const note = await fleet().pub("web", "for your information", "--note");
      const told = await fleet().tell("web", "[[say pong to you]]");
      expect(told).toMatchObject({ stage: "done", rung: cli.rung, outcome: "done" });
      expect(fleet().model.asked.some((text) => text.includes("[[say pong to you]]"))).toBe(true);
      const noted = await fleet().untilStage(note, "done");
      expect(noted.map(({ stage }) => stage)).toEqual(["stored", "offered", "shown", "done"]);
      expect(fleet().model.asked.some((text) => text.includes("for your information"))).toBe(true);
    });

    test("gets what is said to it while it works with the end of its turn", async () => {
      const busy = await fleet().start("busy");
      await busy.submit("[[hold until]] [[say first]]");
      await fleet().untilState("busy", "busy", 30_000);
      const id = await fleet().pub("busy", "[[say second]]");
      fleet().model.release("until");
      const stages = await fleet().untilStage(id, "done");
      expect(stages.map(({ stage }) => stage)).toEqual(["stored", "offered", "shown", "done"]);
      expect(fleet().model.asked.filter((text) => text.includes("[[say second]]")).length).toBeGreaterThan(0);
    });

    test("gets what is sent at once between its tools, what is to stop it first", async () => {
      const tool = await fleet().start("tool");
      await tool.submit("[[run touch began; until [ -e go ]; do sleep 0.05; done]] [[say finished]]");
      const began = { timeoutMs: 30_000, what: () => "its tool" };
      await until(() => existsSync(join(tool.project, "began")), began);
      const ids = [
        await fleet().pub("tool", "this one now", "--now"),
        await fleet().pub("tool", "this one to stop", "--stop"),
      ];
      await writeFile(join(tool.project, "go"), "");
      for (const id of ids) {
        const stages = await fleet().untilStage(id, "done");
        expect(stages.map(({ stage, rung }) => [stage, rung])).toEqual(
          ["stored", "offered", "shown", "done"].map((stage) => [stage, undefined]),
        );
      }
      const asked = fleet().model.asked.find((text) => text.includes("this one now")) ?? "";
      expect(asked).toMatch(/this one to stop[\s\S]*this one now/u);
    });

    test("its pane is closed: it has ended or is lost, or can be woken where it goes on without", async () => {
      const gone = await fleet().start("gone");
      await gone.submit("[[say hello]]");
      await fleet().untilState("gone", "idle", 30_000);
      await fleet().tmux.command("kill-pane", "-t", gone.pane);
      if (cli.outlivesPane) {
        expect(await fleet().tell("gone", "[[say unseen]]")).toMatchObject({
          rung: cli.rung,
          outcome: "done",
        });
        return;
      }
      const isOver = ({ state }: SessionView) => state === "ended" || state === "lost";
      expect(isOver(await fleet().untilSession("gone", isOver, 30_000))).toBe(true);
    });
  },
);

function seenOf(
  { name, tellsPane }: AgentCli,
  { pane, project }: { readonly pane: string; readonly project: string },
) {
  const facts = { machine: "lab", cli: name, state: "idle", hooked: true, cwd: project };
  return tellsPane ? { ...facts, pane: expect.objectContaining({ mux: "tmux", id: pane }) } : facts;
}
