import { readdir } from "node:fs/promises";
import { z } from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDemoModel, type DemoModel } from "../../support/demo-model.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";

let fleet: Fleet;
let model: DemoModel;
const run = (...argv: readonly string[]) => fleetCommand(fleet, argv);

beforeAll(async () => {
  fleet = await startFleet();
  model = await startDemoModel();
  await fleet.startAgent({ name: "web", modelUrl: model.url });
  await fleet.untilState("web", ["idle"]);
});
afterAll(async () => {
  await fleet?.close();
  await model?.close();
});

describe("fleet pub while nobody is there to take it", () => {
  it("goes straight to the server with the caller's own credential when only the daemon is down", async () => {
    await fleet.daemon.kill("SIGKILL");
    const sent = await run("pub", "lab/web", "past the daemon token-direct", "--json");
    expect(sent.code).toBe(0);
    expect(sent.json()).toMatchObject({ stage: "stored" });
    expect(sent.stderr).toMatch(/stored/);
    await fleet.daemon.start();
    const seen = await model.waitFor((request) =>
      request.texts.some((text) => text.includes("token-direct")),
    );
    expect(seen.session).not.toBe("");
  });

  it("is kept on this machine when the server is down too, and sent once by the next daemon", async () => {
    const server = await fleet.serverPid();
    await fleet.daemon.kill("SIGKILL");
    process.kill(server, "SIGKILL");
    const sent = await run("pub", "web", "from the drop folder token-dropped", "--json");
    expect(sent.code).toBe(0);
    const { id } = z.object({ id: z.string(), stage: z.literal("spooled") }).parse(sent.json());
    await fleet.daemon.start();
    await model.waitFor((request) => request.texts.some((text) => text.includes("token-dropped")));
    expect((await readdir(fleet.paths.dropDir)).filter((name) => name.endsWith(".req"))).toEqual([]);
    expect((await run("trace", id, "--json")).code).toBe(0);
  });

  it("[row 9] keeps a mailbox made by --create over a restart of the daemon", async () => {
    await run("pub", "later", "for later", "--create");
    await fleet.daemon.kill("SIGKILL");
    await fleet.daemon.start();
    expect((await run("pub", "later", "once more")).code).toBe(0);
    expect((await run("inbox", "--session", "later", "--json")).json()).toMatchObject({
      items: [{ body: "for later" }, { body: "once more" }],
    });
  });
});
