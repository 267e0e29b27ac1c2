import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDemoModel, type DemoModel } from "../../support/demo-model.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { noGuards, startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { startPuppet, type Puppet } from "../../support/fleet/puppet.ts";
import { eventually, startTmux, type TestTmux } from "../../support/tmux.ts";

let fleet: Fleet;
let tmux: TestTmux;
let model: DemoModel;
const puppets: Puppet[] = [];

const run = (...argv: readonly string[]) => fleetCommand(fleet, argv);

/** A worker of its own supervisor. */
async function pair(name: string, place: { readonly pid?: number; readonly env?: object } = {}) {
  const boss = await puppet(`${name}-boss`);
  const env = { FLEET_PARENT: boss.name, ...place.env };
  const worker = await puppet(name, { ...place, env });
  return { boss, worker };
}

async function puppet(
  name: string,
  extra: { readonly pid?: number; readonly env?: Record<string, string> } = {},
): Promise<Puppet> {
  const { home, client } = fleet;
  const started = await startPuppet({ name, home, client, ...extra });
  puppets.push(started);
  return started;
}

/** Hooks that were called so many minutes ago, while no daemon was there to answer them. */
async function dropped(
  name: string,
  boss: Puppet,
  hooks: readonly (readonly [event: string, payload: object, minutesAgo: number])[],
): Promise<void> {
  for (const [index, [event, payload, minutesAgo]] of hooks.entries()) {
    const seconds = Math.floor(Date.now() / 1000) - 60 * minutesAgo;
    const cwd = join(fleet.home, "agents", name);
    const body = JSON.stringify({ session_id: `${name}-1`, cwd, hook_event_name: event, ...payload });
    const head = [
      `POST /v1/hook/demo/${event} HTTP/1.1`,
      `X-Fleet-Time: ${seconds}`,
      `X-Fleet-Parent: ${boss.name}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    const file = join(fleet.paths.dropDir, `${seconds}000000-${boss.pid}-${index}.req`);
    await writeFile(`${file}.part`, `${head.join("\n")}\n\n${body}\nEND\n`);
    await rename(`${file}.part`, file);
  }
}

const messagesSchema = z.object({
  items: z.array(
    z.object({
      from: z.object({ machine: z.string(), session: z.string() }),
      ...{ id: z.string(), body: z.string(), subject: z.string() },
      ...{ priority: z.string(), origin: z.string(), kind: z.string() },
    }),
  ),
});
const mailOf = async ({ name }: Puppet) =>
  messagesSchema.parse((await run("inbox", "--session", name, "--json")).json()).items;
const untilMail = (boss: Puppet, count = 1) =>
  eventually(
    async () => {
      const mail = await mailOf(boss);
      return mail.length >= count ? mail : undefined;
    },
    () => `${count} messages for ${boss.name}`,
    30_000,
  );

beforeAll(async () => {
  const config = `${noGuards}[[session]]\nmatch = "sv-esc"\nparent = "sv-esc-boss"\n`;
  [fleet, tmux, model] = await Promise.all([startFleet({ config }), startTmux(), startDemoModel()]);
});
afterAll(async () => {
  await Promise.all(puppets.map((each) => each.kill()));
  await tmux?.kill();
  await model?.close();
  await fleet?.close();
});

describe("a supervisor", () => {
  it("[row 113] gets one message of a turn that is done, which does not wake it, and a trace that says what became of it", async () => {
    const { boss, worker } = await pair("sv-done");
    await worker.prompt("work");
    await worker.hook("PostToolUse", { tool_name: "Bash", tool_use_id: "t1" });
    await worker.hook("Stop", { last_assistant_message: "All 12 tests pass." });
    const [message, ...others] = await untilMail(boss);
    expect(others).toEqual([]);
    expect(message).toMatchObject({
      from: { machine: "lab", session: "sv-done" },
      priority: "low",
      origin: "system",
      kind: "system",
    });
    expect(message?.body).toMatch(
      /^sv-done \(demo\) is done with its turn after .*; 1 tool call\.\n\nIt last said:\nAll 12 tests pass\.$/,
    );
    const { stdout } = await run("trace", message?.id ?? "");
    expect(stdout).toContain("sv-done: is done with its turn");
    expect(await boss.prompt("anything new?")).toContain("kind: system (result)");
  });

  it("[case 14] is told once of a stop that is heard of again, and of a later one again", async () => {
    const { boss, worker } = await pair("sv-again");
    await worker.prompt("first");
    const stop = { stop_hook_active: false, last_assistant_message: "the first is done" };
    for (let time = 0; time < 3; time += 1) await worker.hook("Stop", stop);
    await worker.prompt("second");
    await worker.hook("Stop", { ...stop, last_assistant_message: "the second is done" });
    const mail = await untilMail(boss, 2);
    expect(mail.map(({ body }) => body.split("\n").at(-1))).toEqual([
      "the first is done",
      "the second is done",
    ]);
  });

  it("[case 15] [case 16] is not the session itself: one that names itself tells nobody, or whose name its own begins with", async () => {
    const self = await puppet("sv-self", { env: { FLEET_PARENT: "sv-self" } });
    await self.hook("StopFailure", { error: "server_error", last_assistant_message: "API Error: 529" });
    const boss = await puppet("sv-named");
    const child = await puppet("sv-named-codex", { env: { FLEET_PARENT: "sv-named-codex" } });
    await child.prompt("work");
    await child.hook("StopFailure", { error: "server_error", last_assistant_message: "API Error: 529" });
    const mail = await untilMail(boss);
    expect(mail.map(({ subject }) => subject)).toEqual(["sv-named-codex: ended its turn with an error"]);
    for (const none of [self, child]) expect(await mailOf(none)).toEqual([]);
  });

  it("[want 15] hears nothing of sub-agents, whatever their hooks tell; the end of its worker's own turn is one message", async () => {
    const { boss, worker } = await pair("sv-agents");
    await worker.prompt("work");
    const agent = { agent_id: "a1", agent_type: "explorer", last_assistant_message: "of a sub-agent" };
    const told = ["SubagentStart", "PreToolUse", "PostToolUse", "Stop", "StopFailure", "SubagentStop"];
    for (const event of [...told, "SubagentStop", "SessionEnd"])
      await worker.hook(event, { ...agent, tool_name: "Bash", error: "server_error" });
    // One of Claude Code's own (a compaction) has no type.
    await worker.hook("SubagentStop", { ...agent, agent_type: "" });
    expect((await run("session", "show", worker.name, "--json")).json()).toMatchObject({ state: "busy" });
    await worker.hook("Stop", { last_assistant_message: "of the session" });
    const mail = await untilMail(boss);
    expect(mail.map(({ subject }) => subject)).toEqual(["sv-agents: is done with its turn"]);
    expect(mail[0]?.body).not.toContain("of a sub-agent");
    expect((await run("inbox", "--json")).json()).toMatchObject({ items: [] });
  });

  it("[want 9] hears of a worker that was killed in the middle of a turn, though nothing in it could say so", async () => {
    const { boss, worker } = await pair("sv-killed");
    await worker.prompt("work");
    await worker.kill();
    const [message] = await untilMail(boss);
    expect(message).toMatchObject({
      priority: "high",
      subject: "sv-killed: is lost in the middle of a turn",
    });
    expect(message?.body).toContain(`Reason: process ${worker.pid} is gone`);
  });

  it("hears of a worker whose pane was closed", async () => {
    const pane = await tmux.openPane({ command: ["sleep", "1000"], cwd: fleet.home, env: {} });
    const pid = Number(await tmux.fact(pane, "pane_pid"));
    const { boss, worker } = await pair("sv-pane", { pid, env: { TMUX_PANE: pane } });
    await worker.prompt("work");
    await tmux.command("kill-pane", "-t", pane);
    const [message] = await untilMail(boss);
    expect(message).toMatchObject({ priority: "high", subject: "sv-pane: is lost in the middle of a turn" });
  });

  it("hears of a turn that a person interrupted with Esc, of which no hook tells", async () => {
    const boss = await puppet("sv-esc-boss");
    model.answerWith(() => new Promise(() => undefined));
    const agent = await fleet.startAgent({ name: "sv-esc", modelUrl: model.url });
    await fleet.untilState("sv-esc", ["idle"]);
    await agent.prompt("work");
    await fleet.untilState("sv-esc", ["busy"]);
    await model.waitFor(({ texts }) => texts.includes("work"));
    await agent.escape();
    const [message] = await untilMail(boss);
    expect(message).toMatchObject({ priority: "normal", subject: "sv-esc: was interrupted" });
  });

  it("hears of an exit, of an error and of a limit, each by one message", async () => {
    const { boss, worker } = await pair("sv-ends");
    await worker.prompt("work");
    await worker.hook("StopFailure", { error: "server_error", last_assistant_message: "API Error: 529" });
    await worker.prompt("again");
    await worker.hook("StopFailure", {
      error: "rate_limit",
      last_assistant_message: "You've hit your session limit · resets 3pm (UTC)",
    });
    await worker.prompt("and again");
    await worker.hook("SessionEnd", { reason: "prompt_input_exit" });
    const mail = await untilMail(boss, 3);
    expect(mail.map(({ subject, priority }) => [subject.split(" until ")[0], priority])).toEqual([
      ["sv-ends: ended its turn with an error", "high"],
      ["sv-ends: is parked by a usage limit", "high"],
      ["sv-ends: exited in the middle of a turn", "normal"],
    ]);
  });

  it("[want 11] hears of a limit that has passed meanwhile; the worker is idle again, another one says until when it is not", async () => {
    const boss = await puppet("sv-limit-boss");
    const alive = await puppet("sv-limit-waits", { env: { FLEET_PARENT: boss.name } });
    await alive.prompt("work");
    const limit = { error: "rate_limit", last_assistant_message: "You've hit your limit · resets 3pm (UTC)" };
    await alive.hook("StopFailure", limit);
    const shown = (await run("session", "show", alive.name)).stdout;
    expect(shown).toMatch(/parked until \d{4}-\d\d-\d\dT15:00:00\.000Z/);

    const unsaid = { ...limit, last_assistant_message: "You're out of usage credits." };
    await dropped("sv-limit", boss, [
      ["SessionStart", { source: "startup" }, 180],
      ["UserPromptSubmit", { prompt: "work", prompt_id: "p1" }, 170],
      ["StopFailure", { ...unsaid, prompt_id: "p1" }, 120],
    ]);
    await fleet.untilState("sv-limit", ["idle"]);
    const mail = await untilMail(boss, 2);
    const passed = mail.find(({ from }) => from.session === "sv-limit");
    expect(passed).toMatchObject({ priority: "high" });
    expect(passed?.body).toContain("is parked by a usage limit until");
    expect(passed?.body).toContain("(it says no time: tried again in an hour)");
  });

  it("is told by the worker itself where that reports: its stop adds nothing", async () => {
    const { boss, worker } = await pair("sv-reports");
    await worker.prompt("work");
    await fleetCommand(fleet, ["report", "--done", "the tests pass"], {
      env: { FLEET_SESSION: worker.name },
    });
    await worker.hook("Stop", { last_assistant_message: "reported" });
    await worker.prompt("next");
    await worker.hook("StopFailure", { error: "server_error", last_assistant_message: "API Error: 529" });
    const mail = await untilMail(boss, 2);
    expect(mail.map(({ subject }) => subject)).toEqual([
      "sv-reports: done",
      "sv-reports: ended its turn with an error",
    ]);
  });
});
