import { beforeAll, describe, expect, test } from "vitest";
import type { FleetEvent, Message } from "@fleetbus/core";
import type { Items, SessionView } from "@fleetbus/core/api";
import { until } from "../support/claude.ts";
import { useFleet } from "../support/claude-fleet/fleet.ts";

/** Tools run without asking. */
const permissionMode = "bypassPermissions";

describe.concurrent("a session of the real Claude Code", () => {
  const { open, fleet } = useFleet({ sideBySide: true });
  beforeAll(() => open());

  const asked = (text: string) =>
    fleet().model.waitFor(({ messages }) => messages.some((message) => message.text.includes(text)));

  test("is listed when it starts, is busy with a prompt and idle at its end", async () => {
    const web = await fleet().start("web");
    const { items } = await fleet().json<Items<SessionView>>("session", "list");
    const where = { cwd: web.project, pid: web.pid, pane: { mux: "tmux", id: web.pane } };
    const facts = { machine: "lab", cli: "claude", state: "idle", hooked: true, ...where };
    expect(items.find(({ name }) => name === "web")).toMatchObject(facts);
    await web.submit("[[hold web]] go");
    await fleet().untilState("web", "busy");
    fleet().model.release("web");
    expect(await fleet().untilState("web", "idle")).toMatchObject({ outcome: "done" });
  });

  test.each([
    {
      when: "before any output",
      name: "silent",
      prompt: "[[hold never]] say nothing",
      isThere: () => true,
      seen: /❯/u,
    },
    {
      when: "while it answers",
      name: "talking",
      prompt: "[[drip 60000]] [[say hello world]]",
      isThere: () => true,
      seen: /^● hello$/mu,
    },
    {
      when: "in a tool",
      name: "working",
      prompt: "[[run until [ -e never ]; do sleep 0.1; done]]",
      isThere: ({ tool }: SessionView) => tool === "Bash",
      seen: /❯/u,
    },
  ])("is idle within 6 s after Esc $when, though no hook tells", async ({ name, prompt, isThere, seen }) => {
    const worker = await fleet().start(name, { permissionMode });
    await worker.submit(prompt);
    await fleet().untilSession(name, (session) => session.state === "busy" && isThere(session));
    await asked(prompt);
    await worker.waitForScreen(seen);
    await worker.press("Escape");
    expect(await fleet().untilState(name, "idle", 6_000)).toMatchObject({ outcome: "interrupted" });
  });

  test("waits while a permission is asked for, and is idle within 6 s after Esc there", async () => {
    const worker = await fleet().start("asking");
    await worker.submit("[[run touch file]] go");
    await fleet().untilState("asking", "waiting");
    await worker.press("Escape");
    await fleet().untilState("asking", "idle", 6_000);
  });

  test("keeps its name over /clear, and is reached under it", async () => {
    const worker = await fleet().start("cleared");
    const { cliSession, pid } = await fleet().session("cleared");
    await worker.submit("/clear");
    await fleet().untilSession("cleared", (session) => session.cliSession !== cliSession);
    expect((await fleet().sessions()).filter((session) => session.pid === pid)).toHaveLength(1);
    const told = await fleet().tell("cleared", "[[say after clear]]");
    expect(told).toMatchObject({ rung: "rewake", lastText: "after clear" });
  });

  test("is reached under a name that it was given later", async () => {
    await fleet().start("plain");
    await fleet().run("session", "rename", "plain", "fancy");
    expect(await fleet().tell("fancy", "[[say it is me]]")).toMatchObject({ rung: "rewake" });
  });

  test("shares the name of its folder with nobody", async () => {
    await fleet().start("twin");
    await fleet().start("twin-2", { folder: "twin" });
    expect(await fleet().tell("twin-2", "[[say second]]")).toMatchObject({ lastText: "second" });
    expect(await fleet().session("twin")).not.toHaveProperty("lastText");
  });

  test("answers whoever asks, by the command that its message names", async () => {
    const env = { FLEET: fleet().commandLine, FLEET_HOME: fleet().fleetHome };
    await fleet().start("clerk", { permissionMode, env });
    const { code, stdout } = await fleet().run("ask", "clerk", "[[run $FLEET reply 'it is four']] how much?");
    expect({ code, stdout: stdout.trim() }).toEqual({ code: 0, stdout: "it is four" });
  });

  test("[want 15] tells its supervisor of the ends of its own turns alone, whatever its sub-agents' hooks tell", async () => {
    const lead = await fleet().start("lead", { permissionMode, env: { FLEET_PARENT: "me" } });
    await lead.submit("[[agent look around]] go");
    const log = async () => {
      const { stdout } = await fleet().run("events", "--session", "lead", "--json");
      const lines = stdout.split("\n").filter((line) => line !== "");
      return lines.map((line): FleetEvent => JSON.parse(line));
    };
    // The CLI itself tells it of its agent's end by a prompt, which is a turn of its own.
    const isOver = async () => {
      const events = await log();
      const ended = events.findIndex(({ kind }) => kind === "subagent.stopped");
      const after = ended < 0 ? [] : events.slice(ended).map(({ kind }) => kind);
      return after.includes("prompt.submitted") && after.at(-1) === "turn.stopped";
    };
    await until(isOver, { timeoutMs: 60_000, what: () => "the turn after its agent's" });
    await lead.submit("[[say that was all]]");
    await fleet().untilSession("lead", ({ lastText }) => lastText === "that was all");
    const told: Message[] = [];
    const look = async () => {
      told.push(...(await fleet().json<Items<Message>>("inbox")).items);
      return told.some(({ body }) => body.endsWith("that was all"));
    };
    await until(look, { timeoutMs: 30_000, what: () => `its last end; told: ${JSON.stringify(told)}` });
    expect(new Set(told.map(({ subject }) => subject))).toEqual(new Set(["lead: is done with its turn"]));
    const own = (await log()).filter(
      ({ kind, data }) => kind === "turn.stopped" && data["agentId"] === undefined,
    );
    expect(told.map(({ id }) => id)).toEqual(own.map(({ id }) => `outcome-${id}`));
  });

  test("has ended after /exit, and is lost after kill -9", async () => {
    const [left, killed] = [await fleet().start("left"), await fleet().start("killed")];
    await left.exit();
    await fleet().untilState("left", "ended");
    await killed.kill();
    await fleet().untilState("killed", "lost");
  });
});

describe("a session of the real Claude Code that runs without fleet's hooks", () => {
  const { open, fleet } = useFleet();
  beforeAll(() => open({ hooked: false }));

  test("is listed as not hooked, with what to do, and hooked after that", async () => {
    const web = await fleet().launch("web");
    const found = await fleet().untilSession("web", () => true);
    expect(found).toMatchObject({ hooked: false, pid: web.pid, cwd: web.project });
    expect(found.advice).toContain("fleet hooks install --claude --apply");
    expect((await fleet().run("session", "list")).stdout).toMatch(/web .*not hooked/);
    await fleet().run("hooks", "install", "--claude", "--apply");
    await web.exit();
    await fleet().untilState("web", "lost");
    await fleet().start("web");
    expect(await fleet().session("web")).toMatchObject({ hooked: true });
  });
});

describe("the real Claude Code while the daemon is away", () => {
  const { open, fleet } = useFleet();
  beforeAll(() => open({ without: ["socket", "tmux"] }));

  test("[row 102] goes on without an error on its screen, and all that happened is known once the daemon is back", async () => {
    const web = await fleet().start("web", { permissionMode });
    await fleet().run("down");
    await web.submit("[[run echo]] [[say all is well]]");
    await web.waitForScreen(/● all is well/);
    await web.submit("[[hold web]] again");
    await fleet().model.waitFor(({ messages }) => messages.some(({ text }) => text.includes("[[hold web]]")));
    // While hooks run, the CLI says so: that is no complaint.
    const screen = (await web.screen()).replace(/\(running \w+ hooks….*\)/gu, "");
    expect(screen).not.toMatch(/hook|error|fail|refused/i);
    await fleet().run("up");
    await fleet().untilState("web", "busy");
    fleet().model.release("web");
    await fleet().untilState("web", "idle");
    expect(await fleet().tell("web", "[[say back]]")).toMatchObject({ rung: "rewake", lastText: "back" });
  });

  test("is woken after a restart by the hook that waited through it", async () => {
    await fleet().start("web");
    await fleet().run("restart");
    expect(await fleet().tell("web", "[[say here]]")).toMatchObject({ rung: "rewake", lastText: "here" });
  });
});
