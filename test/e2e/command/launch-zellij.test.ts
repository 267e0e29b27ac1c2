import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { isAlive } from "../../support/alive.ts";
import { newHome, type Home } from "../../support/fleet/home.ts";
import { buildPackage, type BuiltPackage } from "../../support/fleet/package.ts";
import { installStandIn, type StandIn } from "../../support/launch/stand-in.ts";
import { startNatsServer, type NatsServer } from "../../support/nats-server.ts";
import { eventually } from "../../support/tmux.ts";
import { startZellij, type TestZellij } from "../../support/zellij/stand-in.ts";

let built: BuiltPackage;
let nats: NatsServer;
let at: Home;
let standIn: StandIn;
let zellij: TestZellij;
let env: Record<string, string>;

const launchedSchema = z.object({
  hasChanged: z.boolean(),
  items: z.array(z.object({ name: z.string(), did: z.string(), pane: z.string() })),
});
const sessionsSchema = z.object({
  items: z.array(
    z.object({
      name: z.string(),
      state: z.string(),
      role: z.string().optional(),
      parent: z.string().optional(),
      pane: z.object({ mux: z.string() }).optional(),
    }),
  ),
});
const panesSchema = z.array(z.object({ tab_name: z.string() }));

beforeAll(async () => {
  [built, nats] = await Promise.all([buildPackage(), startNatsServer()]);
  at = await newHome({ command: built.bin, config: "", env: { FLEET_MACHINE: "lab" } });
  standIn = await installStandIn(at.home);
  const PATH = `${standIn.bin}:${at.env["PATH"] ?? ""}`;
  zellij = await startZellij("0.44.3", { PATH });
  env = { PATH: `${zellij.bin}:${PATH}`, TMUX: "", ZELLIJ_SOCKET_DIR: zellij.socketDir };
  await at.run(["up", "--connect", nats.url], { env });
  await at.run(["hooks", "install", "--claude", "--apply"], { env });
});
afterEach(() => zellij.become("0.44.3"));
afterAll(async () => {
  await zellij.kill();
  await at.close();
  await nats.stop();
  await built.remove();
});

const launch = (...argv: readonly string[]) =>
  at.run(["launch", ...argv, "--mux", "zellij"], { env, cwd: at.home });
const tabs = async (session: string) =>
  panesSchema
    .parse(JSON.parse(await zellij.run("--session", session, "action", "list-panes", "--json")))
    .map(({ tab_name }) => tab_name);
const didOf = (stdout: string) => {
  const { hasChanged, items } = launchedSchema.parse(JSON.parse(stdout));
  return { hasChanged, did: items.map(({ name, did }) => `${name} ${did}`) };
};

describe("fleet launch --mux zellij", () => {
  it("[row 37] [row 90] 3 ends with four sessions in named tabs, the commander as parent; a second run changes nothing; a dead worker alone is started again; --stop ends all of them", async () => {
    const first = await launch("3", "--name", "crew", "--json");
    expect([first.code, first.stderr]).toEqual([0, expect.stringContaining("zellij attach crew shows them")]);
    const names = ["crew-commander", "crew-worker-1", "crew-worker-2", "crew-worker-3"];
    expect(didOf(first.stdout)).toEqual({ hasChanged: true, did: names.map((name) => `${name} started`) });
    expect(await tabs("crew")).toEqual(names);
    const { items } = sessionsSchema.parse((await at.run(["session", "list", "--json"], { env })).json());
    expect(items).toEqual(
      names.map((name, index) =>
        expect.objectContaining({
          name,
          pane: expect.objectContaining({ mux: "zellij" }),
          ...(index === 0 ? { role: "commander" } : { role: "worker", parent: "crew-commander" }),
        }),
      ),
    );

    const second = await launch("3", "--name", "crew", "--json");
    expect([second.code, second.stderr]).toEqual([0, expect.stringContaining("nothing changed")]);
    expect(didOf(second.stdout)).toEqual({ hasChanged: false, did: names.map((name) => `${name} kept`) });

    const [worker] = await standIn.startsOf("crew-worker-2");
    process.kill(worker?.pid ?? 0, "SIGKILL");
    await eventually(
      async () => ((await tabs("crew")).includes("crew-worker-2") ? undefined : true),
      () => "the end of its tab",
      30_000,
    );
    const third = await launch("3", "--name", "crew", "--json");
    expect(didOf(third.stdout).did).toEqual(
      names.map((name) => `${name} ${name === "crew-worker-2" ? "started" : "kept"}`),
    );
    expect(await standIn.startsOf("crew-worker-1")).toHaveLength(1);

    const stopped = await launch("--stop", "--name", "crew");
    expect([stopped.code, stopped.stdout.match(/ended/g)?.length], stopped.stderr).toEqual([0, 4]);
    const starts = (await Promise.all(names.map(standIn.startsOf))).flat();
    expect(starts.filter((each) => isAlive(each.pid))).toEqual([]);
    // Nothing that zellij would resurrect is kept of it.
    await expect(zellij.run("list-sessions", "--short")).rejects.toThrow("No active zellij sessions found.");
    const again = await launch("--stop", "--name", "crew");
    expect([again.code, again.stderr]).toEqual([0, "nothing runs that was launched as crew\n"]);
  });

  it("touches no session and no tab of its names that it did not make, and says the way out", async () => {
    await zellij.run("attach", "--create-background", "shop");
    for (const argv of [["1"], ["--stop"]]) {
      const ran = await launch(...argv, "--name", "shop");
      expect([ran.code, ran.stderr]).toEqual([4, expect.stringContaining("give another --name")]);
    }
    expect(await tabs("shop")).toEqual(["Tab #1"]);

    expect((await launch("1", "--name", "yard")).code).toBe(0);
    await zellij.run("--session", "yard", "action", "new-tab", "--name", "yard-worker-2");
    const ran = await launch("2", "--name", "yard");
    expect([ran.code, ran.stderr]).toEqual([4, expect.stringContaining("Ctrl t and r in that tab")]);
    const stopped = await launch("--stop", "--name", "yard");
    expect([stopped.code, await tabs("yard")]).toEqual([0, ["yard-worker-2"]]);
  });

  it("resurrects no session that ended, and says how to forget it", async () => {
    await zellij.run("attach", "--create-background", "old");
    await zellij.tmux("old", "kill-server");
    const ran = await launch("1", "--name", "old");
    expect([ran.code, ran.stderr]).toEqual([4, expect.stringContaining("zellij delete-session old")]);
  });

  it("says that zellij is missing or too old, and the way out", async () => {
    await zellij.become("0.43.1");
    const old = await launch("1");
    expect([old.code, old.stderr]).toEqual([8, expect.stringContaining("0.43.1 is too old to launch in")]);
    const bare = { env: { ...env, PATH: standIn.bin }, cwd: at.home };
    const missing = await at.run(["launch", "1", "--mux", "zellij"], bare);
    expect([missing.code, missing.stderr]).toEqual([7, expect.stringContaining("cargo install zellij")]);
  });
});
