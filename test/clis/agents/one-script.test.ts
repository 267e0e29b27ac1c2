import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Items, SessionView } from "@fleetbus/core/api";
import { agentClis, type AgentCli } from "../../support/agents/clis.ts";
import { useAgents, type Agent } from "../../support/agents/fleet.ts";
import { until } from "../../support/claude.ts";

/** What of the feature list its hooks show. */
const rows = {
  claude: "[row 96] [row 97]",
  codex: "[row 98]",
  gemini: "[row 99]",
  grok: "[row 100]",
} as const satisfies Readonly<Record<AgentCli["name"], string>>;

/** One script for all of them: the same commands, the same assertions, in one life of a session after the other. */
describe.each(agentClis.map((cli) => [cli.name, rows[cli.name], cli] as const))(
  "the real %s %s",
  (...args) => {
    const [, , cli] = args;
    const { open, fleet } = useAgents(cli);
    beforeAll(() => open());
    let web: Agent;

    const stagesOf = async (id: string) =>
      (await fleet().untilStage(id, "done")).map(({ stage, rung }) => (rung ? `${stage} ${rung}` : stage));
    const began = (file: string) =>
      until(() => existsSync(file), { timeoutMs: 30_000, what: () => `its tool to make ${file}` });
    const hasAsked = (text: string) => fleet().model.asked.some((request) => request.includes(text));

    test("is listed, runs a tool, goes idle, is woken by a message and tells its sender when it is done", async () => {
      web = await fleet().start("web");
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
      expect(hasAsked("[[say pong to you]]")).toBe(true);
      const noted = await fleet().untilStage(note, "done"); // with that prompt, or with its end
      expect(noted.map(({ stage }) => stage)).toEqual(["stored", "offered", "shown", "done"]);
      expect(hasAsked("for your information")).toBe(true);
    });

    test("gets what is said to it while it works with the end of its turn", async () => {
      await web.submit("[[hold until]] [[say first]]");
      await fleet().untilState("web", "busy", 30_000);
      const id = await fleet().pub("web", "[[say second]]");
      fleet().model.release("until");
      expect(await stagesOf(id)).toEqual(["stored", "offered continuation", "shown", "done"]);
      expect(hasAsked("[[say second]]")).toBe(true);
    });

    test("gets what is sent at once between its tools, what is to stop it first", async () => {
      await web.submit("[[run touch began; until [ -e go ]; do sleep 0.05; done]] [[say finished]]");
      await began(join(web.project, "began"));
      const ids = [
        await fleet().pub("web", "this one now", "--now"),
        await fleet().pub("web", "this one to stop", "--stop"),
      ];
      await writeFile(join(web.project, "go"), "");
      for (const id of ids) expect(await stagesOf(id)).toEqual(["stored", "offered", "shown", "done"]);
      const asked = fleet().model.asked.find((text) => text.includes("this one now")) ?? "";
      expect(asked).toMatch(/this one to stop[\s\S]*this one now/u);
    });

    test("[want 22] its next tool call is denied for a message to stop for; it goes on with that", async () => {
      await web.submit("[[hold think]] [[run touch denied]] [[run touch allowed]] [[say stopped]]");
      await fleet().untilState("web", "busy", 30_000);
      const id = await fleet().pub("web", "the schema changed", "--stop");
      fleet().model.release("think");
      const stages = await stagesOf(id);
      expect(stages.filter((stage) => !stage.startsWith("offered"))).toEqual(["stored", "shown", "done"]);
      expect(fleet().model.asked.some((text) => cli.denied.test(text))).toBe(true);
      expect(hasAsked("the schema changed")).toBe(true);
      expect(existsSync(join(web.project, "denied"))).toBe(false);
      expect(existsSync(join(web.project, "allowed"))).toBe(true);
    });

    test("its pane is closed: it has ended or is lost, or can be woken where it goes on without", async () => {
      await fleet().tmux.command("kill-pane", "-t", web.pane);
      if (cli.outlivesPane) {
        expect(await fleet().tell("web", "[[say unseen]]")).toMatchObject({
          rung: cli.rung,
          outcome: "done",
        });
        return;
      }
      const isOver = ({ state }: SessionView) => state === "ended" || state === "lost";
      expect(isOver(await fleet().untilSession("web", isOver, 30_000))).toBe(true);
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
