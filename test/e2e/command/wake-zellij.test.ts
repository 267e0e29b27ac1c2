import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { startPuppet, type Puppet } from "../../support/fleet/puppet.ts";
import { eventually } from "../../support/tmux.ts";
import { startZellij, type TestZellij } from "../../support/zellij/stand-in.ts";

const program = fileURLToPath(new URL("../../support/composer.mjs", import.meta.url));
const recordSchema = z.object({ prompt: z.string().optional(), started: z.number().optional() });
const panesSchema = z.array(z.object({ id: z.number(), tab_id: z.number() }));
const stagesSchema = z.object({
  stages: z.array(
    z.object({ stage: z.string(), rung: z.string().optional(), reason: z.string().optional() }),
  ),
});

let fleet: Fleet;
let zellij: TestZellij;

beforeAll(async () => {
  zellij = await startZellij();
  const { PATH = "", FLEET_NATS_SERVER = "" } = process.env;
  const servers = FLEET_NATS_SERVER.slice(0, FLEET_NATS_SERVER.lastIndexOf("/"));
  fleet = await startFleet({ env: { PATH: `${zellij.bin}:${servers}:${PATH}` } });
  await zellij.run("attach", "--create-background", "work");
});
afterAll(async () => {
  await fleet?.close();
  await zellij?.kill();
});

const run = (...argv: readonly string[]) => fleetCommand(fleet, argv);
const action = (...args: readonly string[]) => zellij.run("--session", "work", "action", ...args);
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

interface InPane {
  readonly puppet: Puppet;
  readonly pane: string;
  /** Resolves with the first line that was submitted. */
  firstPrompt(): Promise<string>;
}

/** A composer in a tab of the stand-in for zellij, whose hooks tell its place by zellij's environment alone. */
async function startInZellij(name: string): Promise<InPane> {
  const file = join(fleet.home, `${name}.jsonl`);
  const tab = await action("new-tab", "--name", name, "--", process.execPath, program, file);
  const panes = panesSchema.parse(JSON.parse(await action("list-panes", "--json")));
  const pane = String(panes.find((each) => each.tab_id === Number(tab))?.id);
  const records = async () =>
    (await readFile(file, "utf8").catch(() => "")) // not yet
      .split("\n")
      .filter(Boolean)
      .map((row) => recordSchema.parse(JSON.parse(row)));
  const pid = await eventually(
    async () => (await records()).find(({ started }) => started !== undefined)?.started,
    () => "its start",
    30_000,
  );
  const env = {
    ...{ ZELLIJ: "0", ZELLIJ_SESSION_NAME: "work", ZELLIJ_PANE_ID: pane },
    ...{ ZELLIJ_SOCKET_DIR: zellij.socketDir, FLEET_SESSION: name, FLEET_ROLE: "backend" },
    // What tmux leaves in the environment of a zellij that was started in it.
    ...{ TMUX: `${fleet.home}/outer,1,0`, TMUX_PANE: "%0" },
  };
  const puppet = await startPuppet({ name, home: fleet.home, client: fleet.client, pid, env });
  await fleet.untilState(name, ["idle"]);
  const firstPrompt = () =>
    eventually(
      async () => (await records()).find(({ prompt }) => prompt !== undefined)?.prompt,
      () => "a prompt",
      30_000,
    );
  return { puppet, pane, firstPrompt };
}

describe("a session in zellij", () => {
  it("[row 90] is woken by a line in its pane, proved by its own prompt event, and its receipt names the rung", async () => {
    const { puppet, pane, firstPrompt } = await startInZellij("web");
    const shown = await run("session", "show", "web");
    expect(shown.stdout).toContain(`zellij ${pane} on ${join(zellij.socketDir, "work")}`);
    await action("new-tab", "--name", "beside", "--", "cat");
    const inside = { env: { ZELLIJ: "0", ZELLIJ_SESSION_NAME: "work" } };
    expect((await fleetCommand(fleet, ["session", "go", "web"], inside)).code).toBe(0);
    expect((await zellij.tmux("work", "display-message", "-p", "#{pane_id}")).trim()).toBe(`%${pane}`);
    const id = await say("web", "hello through zellij");
    const prompt = await firstPrompt();
    expect(prompt).toContain("fleet message");
    expect(await puppet.prompt(prompt)).toContain("hello through zellij");
    expect(await until(id, "woken")).toMatchObject({ rung: "zellij" });
    await puppet.hook("Stop", {
      last_assistant_message: "ok",
      background_tasks: [],
      stop_hook_active: false,
    });
    await until(id, "done");
  });

  it("[row 90] whose session was renamed is not found by its name, and the senders learn that", async () => {
    await startInZellij("api");
    await action("rename-session", "other");
    const id = await say("api", "to nowhere");
    const { reason } = await until(id, "deferred");
    expect(reason).toContain("zellij");
    expect(reason).toContain("not found");
  });
});
