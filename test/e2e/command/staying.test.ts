import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startDemoModel, type DemoModel } from "../../support/demo-model.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { startCommand, type RunningCommand } from "../../support/fleet/running.ts";
import { eventually, startTmux } from "../../support/tmux.ts";

let fleet: Fleet;
let model: DemoModel;
const running: RunningCommand[] = [];

const run = (...argv: readonly string[]) => fleetCommand(fleet, argv);
const start = (...argv: readonly string[]) => {
  const command = startCommand(fleet, argv);
  running.push(command);
  return command;
};
const linesOf = (text: string): readonly unknown[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): unknown => JSON.parse(line));

beforeAll(async () => {
  fleet = await startFleet();
  model = await startDemoModel();
  await fleet.startAgent({ name: "web", modelUrl: model.url });
  await fleet.untilState("web", ["idle"]);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.end("SIGKILL")));
});
afterAll(async () => {
  await fleet?.close();
  await model?.close();
});

describe("fleet inbox --follow", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "prints what is there and what arrives, in order and once, and at %s says what it took: all of that is done",
    async (signal) => {
      const ids = ["first", "second", "third"].map((word) => `${word}-${signal.toLowerCase()}`);
      const send = async (id = "") =>
        expect((await run("pub", "me", `the ${id} one`, "--id", id)).code).toBe(0);
      await send(ids[0]);
      const following = start("inbox", "--follow");
      await following.until(/the first/);
      await send(ids[1]);
      await following.until(/the second/);
      await send(ids[2]);
      await following.until(/the third/);
      const doneOf = async () => {
        const traces = await Promise.all(ids.map((id) => run("trace", id, "--json")));
        return traces.every((trace) => trace.stdout.includes('"stage": "done"')) ? true : undefined;
      };
      await eventually(doneOf, () => "all three to be done", 30_000);
      expect(await following.end(signal)).toBe(130);
      expect(following.stderr()).toContain("took 3 messages\n");
      for (const id of ids) expect(following.stdout().split(`the ${id} one`)).toHaveLength(2);
      expect((await run("inbox", "--json")).json()).toEqual({ items: [] });
    },
  );

  it("prints one JSON object a line", async () => {
    const following = start("inbox", "--follow", "--json");
    await run("pub", "me", "as data");
    await following.until(/\n/);
    expect(linesOf(following.stdout())).toMatchObject([{ body: "as data", to: { session: "me" } }]);
  });

  it("only shows another's inbox, each message once, and leaves it as it is", async () => {
    await run("pub", "later", "for later", "--create");
    const following = start("inbox", "--session", "later", "--follow", "--json");
    await following.until(/for later/);
    await run("pub", "later", "and more");
    await following.until(/and more/);
    expect(await following.end("SIGINT")).toBe(130);
    expect(following.stderr()).toContain("showed 2 messages\n");
    expect(linesOf(following.stdout())).toHaveLength(2);
    expect((await run("inbox", "--session", "later", "--json")).json()).toMatchObject({
      items: [{ body: "for later" }, { body: "and more" }],
    });
  });

  it("goes on when the daemon was restarted, and loses nothing", async () => {
    const following = start("inbox", "--follow");
    await run("pub", "me", "before the restart");
    await following.until(/before the restart/);
    await fleet.daemon.kill("SIGKILL");
    await following.untilSaid(/waiting for it/);
    await fleet.daemon.start();
    await run("pub", "me", "after the restart");
    await following.until(/after the restart/);
    expect(following.stdout().split("before the restart")).toHaveLength(2);
  });

  it.each([
    [["inbox", "--follow", "--all"], 2],
    [["inbox", "--follow", "--session", "nobody"], 3],
  ])("%j ends with %i", async (argv, code) => {
    expect((await run(...argv)).code).toBe(code);
  });
});

describe("fleet --watch", () => {
  it("prints a line for what changed, in a pipe", async () => {
    const watching = start("--watch");
    const before = (await watching.until(/lab\/web {2}idle\n/)).length;
    await fleet.startAgent({ name: "api", modelUrl: model.url });
    const after = (await watching.until(/lab\/api {2}idle\n/)).slice(before);
    expect(after).toMatch(/^\d{4}-\d\d-\d\dT\S+Z {2}lab \(main\) · 2 sessions/);
    expect(after).not.toContain("lab/web");
    expect(await watching.end("SIGINT")).toBe(130);
    expect(watching.stdout()).not.toContain("\u001b");
  });

  it("prints the whole overview as JSON, one a line, when something in it is different", async () => {
    const watching = start("--watch", "--json");
    await watching.until(/\n/);
    await run("pub", "web", "one more", "--note");
    await eventually(
      () => (linesOf(watching.stdout()).length > 1 ? true : undefined),
      () => "a second line",
      30_000,
    );
    for (const line of linesOf(watching.stdout()))
      expect(line).toMatchObject({
        status: { machine: "lab" },
        sessions: [{ name: "api" }, { name: "web" }],
        dead: [],
      });
  });

  it("redraws in place at a terminal, and gives the screen back with the last look on it", async () => {
    const tmux = await startTmux();
    try {
      const env = { ...fleet.env, FLEET_NO_AUTOSTART: "1", NODE: process.execPath, COMMAND: fleet.command };
      const pane = await tmux.openPane({ env, width: 60, height: 12 });
      await tmux.type(pane, '"$NODE" "$COMMAND" --watch');
      await tmux.sendKeys(pane, "Enter");
      await tmux.waitForScreen(pane, /^lab \(main\)[^\n]*\n\nSESSION[\s\S]*\nlab\/web.*idle/, 30_000);
      expect(await tmux.fact(pane, "alternate_on")).toBe("1");
      await run("pub", "web", "one more", "--note");
      await run("pub", "web", "hello again", "--wait", "done");
      const screen = await tmux.waitForScreen(pane, /lab\/web.*idle/, 30_000);
      expect(screen.match(/lab \(main\)/g)).toHaveLength(1);
      await tmux.sendKeys(pane, "C-c");
      const isBack = async () => ((await tmux.fact(pane, "alternate_on")) === "0" ? true : undefined);
      await eventually(isBack, () => "the screen back", 30_000);
      await tmux.waitForScreen(pane, /--watch[\s\S]*lab\/web.*idle/, 30_000);
    } finally {
      await tmux.kill();
    }
  });
});
