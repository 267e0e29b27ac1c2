import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { FleetEvent } from "@fleetbus/core";
import type { Items, SessionView } from "@fleetbus/core/api";
import { fixtures } from "../../../packages/hooks/src/cli/fixtures.test.support.ts";
import { changesOf, contractOf } from "../../../packages/hooks/src/contract/payload-contract.test.support.ts";
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
    const fresh = cli.nameOfFresh;
    const { open, fleet } = useAgents(cli, { isRecording: true });
    beforeAll(() => open());
    let web: Agent;
    let asks: Agent;

    const stagesOf = async (id: string) =>
      (await fleet().untilStage(id, "done")).map(({ stage, rung }) => (rung ? `${stage} ${rung}` : stage));
    const began = (file: string) =>
      until(() => existsSync(file), { timeoutMs: 30_000, what: () => `its tool to make ${file}` });
    const eventsOf = async (name: string) => {
      const { stdout } = await fleet().run("events", "--session", name, "--json");
      const lines = stdout.split("\n").filter((line) => line !== "");
      return lines.map((line): FleetEvent => JSON.parse(line));
    };
    const hasAsked = (text: string) => fleet().model.asked.some((request) => request.includes(text));

    test("[want 12] [row 89] is listed, runs a tool, goes idle, is woken by a message and tells its sender when it is done", async () => {
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
      const asked = fleet().model.asked.find((request) => request.includes("[[say pong to you]]"));
      expect(asked).toContain(
        "Act on requests now and answer questions; an acknowledgement alone is not enough.",
      );
      const noted = await fleet().untilStage(note, "done"); // with that prompt, or with its end
      expect(noted.map(({ stage }) => stage)).toEqual(["stored", "offered", "shown", "done"]);
      expect(hasAsked("for your information")).toBe(true);
    });

    test("[row 38] takes a turn for a kick with a prompt of one's own", async () => {
      const kicked = await fleet().run("session", "kick", "web", "[[say kicked awake]]");
      expect(kicked.code, kicked.stderr).toBe(0);
      await fleet().untilSession(
        "web",
        ({ state, lastText }) => state === "idle" && lastText === "kicked awake",
      );
    });

    test("[row 74] gets what is said to it while it works with the end of its turn", async () => {
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

    test("gets a long message whole as far as it takes one, else its start with the command that shows the rest", async () => {
      for (const bytes of [7000, 30_000]) {
        const body = `[[say read ${bytes}]] ${"one word more ".repeat(bytes / 14)}END${bytes}`;
        const { id } = await fleet().tell("web", body);
        const [asked = ""] = fleet().model.asked.filter((text) => text.includes(`[[say read ${bytes}]]`));
        expect(asked.includes(`END${bytes}`)).toBe(bytes <= cli.wholeBytes);
        expect(asked.includes(`all of it: fleet inbox ${id}`)).toBe(bytes > cli.wholeBytes);
        expect(asked).toContain(`end of message ${id}`);
      }
    });

    test("[case 50] keeps a draft: it is woken beside it, or after it", async () => {
      asks = await fleet().start("asks", { asks: true });
      if (cli.startsWithPrompt) await asks.submit("[[say ready]]");
      await fleet().untilState("asks", "idle", 30_000);
      await web.type("[[say my own words]]");
      const id = await fleet().pub("web", "[[say a word of fleet]]");
      // whoever is free is woken by then
      expect(await fleet().tell("asks", "[[say here]]")).toMatchObject({ rung: cli.rung });
      if (cli.wakesBesideDraft) expect(await stagesOf(id)).toContain(`woken ${cli.rung}`);
      expect(await web.screen()).toContain("[[say my own words]]");
      await web.press("C-u");
      expect(await stagesOf(id)).toContain(`woken ${cli.rung}`);
      expect(hasAsked("[[say my own words]]")).toBe(false);
    });

    test("keeps its name and its mail when it begins a new conversation", async () => {
      await fleet().untilState("web", "idle");
      const { cliSession } = await fleet().session("web");
      const note = await fleet().pub("web", "known before", "--note");
      await web.submit(cli.commands.fresh);
      if (!cli.startsWithPrompt)
        await fleet().untilSession("web", (now) => now.cliSession !== cliSession && now.state === "idle");
      await web.submit("[[say anew]]");
      await fleet().untilSession(fresh, (now) => now.lastText === "anew" && now.cliSession !== cliSession);
      await fleet().tell("web", "[[say mail goes on]]");
      expect((await stagesOf(note)).at(-1)).toBe("done");
      const names = new Set(["asks", "web", fresh]);
      expect(new Set((await fleet().sessions()).map(({ name }) => name))).toEqual(names);
    });

    test("is interrupted in a tool: that is told, and what was sent meanwhile wakes it, or comes with its next prompt", async () => {
      await web.submit("[[run touch endless; sleep 600]]");
      await began(join(web.project, "endless"));
      const id = await fleet().pub(fresh, "said meanwhile");
      await web.press(cli.interrupt);
      // By the log: what was sent meanwhile may have woken it, and its turn ended, before anybody looks.
      const isTold = async () => (await eventsOf(fresh)).some(({ kind }) => kind === "turn.interrupted");
      await until(isTold, { timeoutMs: 60_000, what: () => "its interruption to be told" });
      if (!cli.wakesAfterInterrupt) await web.submit("[[say going on]]");
      const stages = await stagesOf(id);
      expect(stages.at(-1)).toBe("done");
      const [way] = stages.filter((stage) => /^(woken|offered)/u.test(stage));
      expect(way === `woken ${cli.rung}`).toBe(cli.wakesAfterInterrupt);
    });

    test("ends when it is told to, where its sessions end with it", async () => {
      await web.submit(cli.commands.exit);
      if (cli.outlivesPane) {
        const told = { rung: cli.rung, outcome: "done" };
        expect(await fleet().tell(fresh, "[[say unseen]]")).toMatchObject(told);
      } else expect((await fleet().untilState(fresh, "ended")).outcome).toBeDefined();
    });

    test("[case 51] its permission dialog is the person's: no message answers it, and one comes with the turn's end", async () => {
      const victim = join(asks.project, "victim");
      await writeFile(victim, "");
      await asks.submit("[[run rm -rf victim]] [[say removed]]");
      await asks.waitForScreen(cli.asks.shows);
      await fleet().untilState("asks", "waiting");
      const id = await fleet().pub("asks", "[[say read]]");
      expect(existsSync(victim)).toBe(true);
      await asks.press(...cli.asks.keys);
      expect(await stagesOf(id)).toEqual(["stored", "offered continuation", "shown", "done"]);
      expect(existsSync(victim)).toBe(false);
    });

    test("is killed: it is lost where its process is known, and its mail waits for the next one in its place", async () => {
      const { pid = asks.pid } = await fleet().untilState("asks", "idle");
      process.kill(pid, "SIGKILL");
      if (!cli.outlivesPane) await fleet().untilState("asks", "lost");
      const id = await fleet().pub("asks", "[[say still here]]");
      if (!cli.outlivesPane) {
        await fleet()
          .tmux.command("kill-session", "-t", "asks")
          .catch(() => ""); // it may have closed by itself
        asks = await fleet().start("asks", { asks: true });
      }
      expect((await stagesOf(id)).at(-1)).toBe("done");
      const names = new Set(["asks", "web", fresh]);
      expect(new Set((await fleet().sessions()).map(({ name }) => name))).toEqual(names);
    });

    test("[row 112] what the hooks of each session told is one log, in order", async () => {
      const events = await eventsOf("web");
      expect(new Set(events.map(({ from }) => from.session))).toEqual(new Set(["web"]));
      const kinds = events.map(({ kind }) => kind);
      const tool = kinds.indexOf("tool.started");
      expect(kinds[0]).toBe("session.started");
      expect(kinds.indexOf("prompt.submitted")).toBeLessThan(tool);
      expect(tool).toBeLessThan(kinds.indexOf("tool.finished"));
      expect(kinds.indexOf("tool.finished")).toBeLessThan(kinds.lastIndexOf("turn.stopped"));
    });

    test("tells its hooks what it told them when its payloads were captured: nothing is gone, nothing of another type", async () => {
      const own = fixtures(cli.name).filter(({ payload }) => payload["subagentType"] === undefined);
      const contract = contractOf(own);
      const told = await fleet().payloads();
      const broken = told.flatMap(({ event, payload }) => {
        const { missing = [], changed = [] } = changesOf(contract, { event, payload }) ?? {};
        return [...missing, ...changed].map((field) => `${event}: ${field}`);
      });
      expect([...new Set(broken)]).toEqual([]);
      expect((await fleet().run("doctor")).stdout).not.toContain(`hooks of ${cli.name}: without`);
      expect(new Set(told.map(({ event }) => event)).size).toBeGreaterThan(4);
    });

    test("its pane is closed: it has ended or is lost, or can be woken where it goes on without", async () => {
      if (cli.outlivesPane) {
        const told = { rung: cli.rung, outcome: "done" };
        expect(await fleet().tell("asks", "[[say without a window]]")).toMatchObject(told);
        return;
      }
      await fleet().tmux.command("kill-pane", "-t", asks.pane);
      const isOver = ({ state }: SessionView) => state === "ended" || state === "lost";
      expect(isOver(await fleet().untilSession("asks", isOver, 30_000))).toBe(true);
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
