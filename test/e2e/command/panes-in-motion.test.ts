import { join } from "node:path";
import { z } from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { composerFile } from "../../support/composer-records.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startComposer } from "../../support/fleet/composer.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { startPuppet } from "../../support/fleet/puppet.ts";
import { eventually, startTmux, type TestTmux } from "../../support/tmux.ts";

let fleet: Fleet;
let tmux: TestTmux;
let inner: TestTmux;

const stagesSchema = z.object({
  stages: z.array(
    z.object({ stage: z.string(), rung: z.string().optional(), reason: z.string().optional() }),
  ),
});

beforeAll(async () => {
  [fleet, tmux, inner] = await Promise.all([startFleet(), startTmux(), startTmux()]);
});
afterAll(async () => {
  await Promise.all([tmux?.kill(), inner?.kill()]);
  await fleet?.close();
});

const run = (...argv: readonly string[]) => fleetCommand(fleet, argv);
const say = async (target: string, body: string) =>
  z.object({ id: z.string() }).parse((await run("pub", target, body, "--json")).json()).id;
const until = (id: string, stage: string) =>
  eventually(
    async () =>
      stagesSchema
        .parse((await run("trace", id, "--json")).json())
        .stages.find((each) => each.stage === stage),
    () => `message ${id} to be ${stage}`,
    30_000,
  );
const pointer = /fleet message waits/;

async function composerIn(server: TestTmux, name: string) {
  const { home, client } = fleet;
  const session = await startComposer({ tmux: server, name, home, client });
  await fleet.untilState(name, ["idle"]);
  const firstPrompt = () =>
    eventually(
      async () => (await session.prompts())[0],
      () => `a prompt of ${name}`,
      30_000,
    );
  return { session, firstPrompt };
}

describe("a session whose pane is not where it was", () => {
  it("is woken in its pane though its tmux session was renamed and the pane joined to another window", async () => {
    const { session, firstPrompt } = await composerIn(tmux, "moved");
    const before = await tmux.fact(session.pane, "session_name");
    await tmux.command("rename-session", "-t", `=${before}`, "renamed");
    await tmux.command("join-pane", "-d", "-s", session.pane, "-t", "=keep:");
    expect(await tmux.fact(session.pane, "session_name")).toBe("keep");
    const id = await say("moved", "to wherever you are");
    const prompt = await firstPrompt();
    expect(prompt).toMatch(pointer);
    await session.prompt(prompt);
    expect(await until(id, "woken")).toMatchObject({ rung: "tmux" });
  });

  it("in a tmux within a tmux is woken in the inner pane, once, while a person looks at it through the outer one", async () => {
    const { session, firstPrompt } = await composerIn(inner, "nested");
    const own = await inner.fact(session.pane, "session_name");
    const attach = ["env", "-u", "TMUX", "tmux", "-S", inner.socket, "attach", "-t", `=${own}`];
    const outer = await tmux.openPane({ command: attach });
    await tmux.waitForScreen(outer, /❯\u00a0/);
    const id = await say("nested", "through two of them");
    const prompt = await firstPrompt();
    await session.prompt(prompt);
    expect(await until(id, "woken")).toMatchObject({ rung: "tmux" });
    expect(await session.prompts()).toEqual([prompt]);
  });

  it("is not confused with the CLI that runs in its pane after it: that one gets its own mail and nobody else's", async () => {
    const { session: first } = await composerIn(tmux, "earlier");
    const { pane } = first;
    await tmux.command("set-option", "-p", "-t", pane, "remain-on-exit", "on");
    process.kill(first.pid, "SIGKILL");
    await eventually(
      async () => ((await tmux.fact(pane, "pane_dead")) === "1" ? true : undefined),
      () => "its end",
      30_000,
    );
    const again = [process.execPath, composerFile, join(tmux.home, "earlier.jsonl")];
    await tmux.command("respawn-pane", "-t", pane, "--", ...again);
    const starts = async () => (await first.records()).flatMap(({ started }) => started ?? []);
    const pid = await eventually(
      async () => (await starts())[1],
      () => "the second start",
      30_000,
    );
    const env = { TMUX: `${tmux.socket},1,0`, TMUX_PANE: pane };
    const later = await startPuppet({ name: "later", home: fleet.home, client: fleet.client, pid, env });
    await fleet.untilState("later", ["idle"]);
    await say("earlier", "for the one that is gone");
    const id = await say("later", "for the one that runs");
    const prompt = await eventually(
      async () => (await first.prompts())[0],
      () => "a prompt in the pane",
      30_000,
    );
    const context = await later.prompt(prompt);
    expect(context).toContain("for the one that runs");
    expect(context).not.toContain("for the one that is gone");
    expect(await until(id, "woken")).toMatchObject({ rung: "tmux" });
    expect(await first.prompts()).toEqual([prompt]);
  });

  it("whose tmux does not run any more stays asleep, and its sender learns why", async () => {
    const env = { TMUX: `${fleet.home}/no-tmux-here,1,0`, TMUX_PANE: "%7" };
    const orphan = await startPuppet({ name: "orphan", home: fleet.home, client: fleet.client, env });
    try {
      await fleet.untilState("orphan", ["idle"]);
      const id = await say("orphan", "hello?");
      expect((await until(id, "deferred")).reason).toContain("the tmux server is gone");
    } finally {
      await orphan.kill();
    }
  });
});
