import { wakeSteps } from "@fleetbus/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDemoModel, type DemoModel } from "../../support/demo-model.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { newHome } from "../../support/fleet/home.ts";
import { startNatsServer } from "../../support/nats-server.ts";
import { eventually } from "../../support/tmux.ts";

let fleet: Fleet;
let model: DemoModel;

const run = (...argv: readonly string[]) => fleetCommand(fleet, argv);

beforeAll(async () => {
  fleet = await startFleet();
  model = await startDemoModel();
  await fleet.startAgent({ name: "web", modelUrl: model.url });
  await fleet.startAgent({ name: "api", modelUrl: model.url, hasWaiter: false });
  await fleet.untilState("web", ["idle"]);
  await fleet.untilState("api", ["idle"]);
});
afterAll(async () => {
  await fleet?.close();
  await model?.close();
});

describe("fleet doctor --wake", () => {
  it("names each rung with why, and the one that a message then uses", async () => {
    const isReady = async () =>
      (await run("doctor", "--wake", "web")).stdout.includes("ready  rewake") ? true : undefined;
    await eventually(isReady, () => "the waiting hook", 15_000);
    const told = await run("doctor", "--wake", "web");
    expect(told).toMatchObject({ code: 0, stderr: "" });
    const lines = told.stdout.split("\n");
    expect(lines[0]).toBe("lab/web  idle  0 waiting that may wake it");
    expect(lines.slice(1, -2).map((line) => line.trim().split(/ +/)[1])).toEqual(wakeSteps);
    expect(lines).toContain("  ready  rewake        its background hook is waiting");
    expect(lines).toContain("  no     tmux          it is in no tmux pane  → start it in tmux");
    expect(lines).toContain("  no     queue         only Codex has a queue");
    expect(lines.slice(-2)).toEqual(["a message would wake it by rewake", ""]);
    const sent = await run("pub", "web", "hello", "--wait", "done", "--json");
    expect(sent.stdout).toContain('"rung": "rewake"');
  });

  it("says what is in the way: no rung, a pause", async () => {
    expect((await run("doctor", "--wake", "lab/api")).stdout).toContain(
      "  but    no rung is ready\nit would not be woken now\n",
    );
    await run("pause", "web");
    const paused = await run("doctor", "--wake", "web", "--json");
    expect(paused.json()).toMatchObject({
      session: "lab/web",
      state: "idle",
      obstacles: ["it is paused: fleet resume web"],
      rungs: expect.arrayContaining([
        expect.objectContaining({ rung: "rewake", isReady: true }),
        expect.objectContaining({ rung: "tmux", isReady: false, way: "start it in tmux" }),
      ]),
    });
    await run("resume", "web");
  });

  it.each([
    [["doctor", "--wake", "wbe"], 3, /lab\/web/],
    [["doctor", "--wake", "web", "--security"], 2, /not both/],
    [["doctor", "--wake"], 2, /--wake/],
  ])("%j ends with %i and says why", async (argv, code, why) => {
    expect(await run(...argv)).toMatchObject({ code, stdout: "", stderr: expect.stringMatching(why) });
  });
});

describe("fleet doctor --security", () => {
  it("says what the server of fleet's own enforces, and that who is human rests on a claimed pid", async () => {
    const told = await run("doctor", "--security");
    expect(told.code).toBe(0);
    const [enforced = "", manners = ""] = told.stdout.split("Only good manners hold:");
    expect(enforced).toMatch(
      /^The server enforces:\n {2}- a session's credential publishes messages .* only under its own name/,
    );
    expect(enforced).toContain("mode 600");
    expect(manners).toContain("Node cannot see the socket's peer credentials");
    expect(manners).not.toContain("one credential serves all");
  });

  it("says on somebody else's server what is left of it, without the secret", async () => {
    const config = 'authorization { users: [{ user: hub, password: "s3cret" }] }';
    const nats = await startNatsServer({ config });
    const at = await newHome({ command: fleet.command });
    try {
      expect((await at.run(["up", "--connect", nats.url.replace("//", "//hub:s3cret@")])).code).toBe(0);
      const told = await at.run(["doctor", "--security", "--json"]);
      expect(told.code).toBe(0);
      const text = expect.stringContaining("one credential serves all");
      expect(told.json()).toMatchObject({
        items: expect.arrayContaining([{ heldBy: "good manners", text }]),
      });
      expect(told.stdout).not.toContain("only under its own name");
      expect(told.stdout).not.toContain("s3cret");
    } finally {
      await at.close();
      await nats.stop();
    }
    expect((await at.run(["doctor", "--security"], { env: { FLEET_NO_AUTOSTART: "1" } })).code).toBe(7);
  });
});
