import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { isAlive } from "../../support/alive.ts";
import { newHome, type Home } from "../../support/fleet/home.ts";
import { buildPackage, type BuiltPackage } from "../../support/fleet/package.ts";
import { installStandIn, type StandIn } from "../../support/launch/stand-in.ts";
import { startNatsServer, type NatsServer } from "../../support/nats-server.ts";
import { eventually } from "../../support/tmux.ts";

let built: BuiltPackage;
let nats: NatsServer;
let at: Home;
let standIn: StandIn;
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
    }),
  ),
});

beforeAll(async () => {
  [built, nats] = await Promise.all([buildPackage(), startNatsServer()]);
  at = await newHome({ command: built.bin, config: "", env: { FLEET_MACHINE: "lab" } });
  standIn = await installStandIn(at.home);
  await mkdir(join(at.home, "untrusted"));
  // the default server of this environment is a private one
  env = { PATH: `${standIn.bin}:${at.env["PATH"] ?? ""}`, TMUX: "", TMUX_TMPDIR: at.home };
  await at.run(["up", "--connect", nats.url], { env });
  await at.run(["hooks", "install", "--claude", "--apply"], { env });
});
afterEach(async () => {
  const server = Number(await tmux("display-message", "-p", "#{pid}").catch(() => "0"));
  if (server === 0) return; // none ran
  await tmux("kill-server");
  await eventually(
    () => (isAlive(server) ? undefined : true),
    () => "the end of tmux",
  );
});
afterAll(async () => {
  await at.close();
  await nats.stop();
  await built.remove();
});

const fleet = (...argv: readonly string[]) => at.run(argv, { env, cwd: at.home });
const tmux = async (...argv: readonly string[]) => {
  const { stdout } = await promisify(execFile)("tmux", ["-f", "/dev/null", ...argv], {
    env: { ...at.env, ...env, TMUX: undefined },
    timeout: 10_000,
  });
  return stdout.trim();
};
const windows = () => tmux("list-windows", "-a", "-F", "#{session_name}/#{window_name}");
const sessions = async (prefix: string) => {
  const { items } = sessionsSchema.parse((await fleet("session", "list", "--json")).json());
  return items
    .filter(({ name, state }) => name.startsWith(prefix) && state !== "ended" && state !== "lost")
    .map(({ name, role, parent }) => ({ name, role, parent }));
};
const didOf = (stdout: string) => {
  const { hasChanged, items } = launchedSchema.parse(JSON.parse(stdout));
  return { hasChanged, did: items.map(({ name, did }) => `${name} ${did}`) };
};
const pidOf = async (pane: string) => Number(await tmux("display-message", "-p", "-t", pane, "#{pane_pid}"));

describe("fleet launch", () => {
  it("[row 37] 3 ends with four sessions in named windows, the commander as parent; a second run changes nothing; a dead worker alone is started again; --stop ends all of them", async () => {
    const first = await fleet("launch", "3", "--name", "crew", "--json");
    expect([first.code, first.stderr]).toEqual([0, expect.stringContaining("registered crew-worker-3")]);
    const names = ["crew-commander", "crew-worker-1", "crew-worker-2", "crew-worker-3"];
    expect(didOf(first.stdout)).toEqual({ hasChanged: true, did: names.map((name) => `${name} started`) });
    expect((await windows()).split("\n")).toEqual(names.map((name) => `crew/${name}`));
    const registered = [
      { name: "crew-commander", role: "commander", parent: undefined },
      ...names.slice(1).map((name) => ({ name, role: "worker", parent: "crew-commander" })),
    ];
    expect(await sessions("crew")).toEqual(registered);
    const [commander] = await standIn.startsOf("crew-commander");
    expect(commander?.argv.join("\n")).toMatch(/crew-worker-1 \(claude\).*crew-worker-3[^]*fleet ask/);

    const second = await fleet("launch", "3", "--name", "crew", "--json");
    expect([second.code, second.stderr]).toEqual([0, expect.stringContaining("nothing changed")]);
    expect(didOf(second.stdout)).toEqual({ hasChanged: false, did: names.map((name) => `${name} kept`) });
    expect(await standIn.startsOf("crew-worker-2")).toHaveLength(1);

    const { items } = launchedSchema.parse(JSON.parse(second.stdout));
    const pid = await pidOf(items[2]?.pane ?? "");
    process.kill(pid, "SIGKILL");
    await eventually(
      async () => ((await windows()).includes("crew/crew-worker-2") ? undefined : true),
      () => "the end of its window",
    );
    const third = await fleet("launch", "3", "--name", "crew", "--json");
    expect(third.code, third.stderr).toBe(0);
    expect(didOf(third.stdout).did).toEqual(
      names.map((name) => `${name} ${name === "crew-worker-2" ? "started" : "kept"}`),
    );
    expect(await sessions("crew")).toEqual(expect.arrayContaining(registered));
    expect(await standIn.startsOf("crew-worker-1")).toHaveLength(1);

    await tmux("new-window", "-d", "-t", "=crew:", "-n", "mine", "cat");
    const stopped = await fleet("launch", "--stop", "--name", "crew");
    expect([stopped.code, stopped.stdout.match(/ended/g)?.length], stopped.stderr).toEqual([0, 4]);
    expect(await windows()).toBe("crew/mine");
    const starts = (await Promise.all(names.map(standIn.startsOf))).flat();
    expect(starts.filter((each) => isAlive(each.pid))).toEqual([]);
    const again = await fleet("launch", "--stop", "--name", "crew");
    expect([again.code, again.stderr]).toEqual([0, "nothing runs that was launched as crew\n"]);
  });

  it("fills the pane of one that ended where tmux keeps it, and leaves those that are not asked for now", async () => {
    expect((await fleet("launch", "2", "--name", "kept")).code).toBe(0);
    await tmux("set-option", "-g", "remain-on-exit", "on");
    const [worker] = await standIn.startsOf("kept-worker-1");
    process.kill(worker?.pid ?? 0, "SIGKILL");
    const isDead = async () => (await tmux("list-panes", "-a", "-F", "#{pane_dead}")).includes("1");
    await eventually(
      async () => ((await isDead()) ? true : undefined),
      () => "a dead pane",
    );
    const again = await fleet("launch", "1", "--name", "kept", "--json");
    expect([again.code, again.stderr]).toEqual([
      0,
      expect.stringContaining("kept-worker-2 was launched before and is not asked for now: it stays"),
    ]);
    expect(didOf(again.stdout).did).toEqual(["kept-commander kept", "kept-worker-1 restarted"]);
    expect((await fleet("launch", "--stop", "--name", "kept")).code).toBe(0);
  });

  it("two at once start each of them once: the second one waits, and finds them running", async () => {
    const both = await Promise.all([1, 2].map(() => fleet("launch", "2", "--name", "twice", "--json")));
    expect(both.map(({ code, stderr }) => [code, code === 0 ? "" : stderr])).toEqual([
      [0, ""],
      [0, ""],
    ]);
    expect(both.filter(({ stdout }) => didOf(stdout).hasChanged)).toHaveLength(1);
    const names = ["twice-commander", "twice-worker-1", "twice-worker-2"];
    for (const name of names) expect(await standIn.startsOf(name)).toHaveLength(1);
    expect((await windows()).split("\n")).toEqual(names.map((name) => `twice/${name}`));
    expect((await fleet("launch", "--stop", "--name", "twice")).code).toBe(0);
  });

  it("[row 37] starts who stands in a layout file, each in its folder, with its role, parent and arguments; once; --stop ends them", async () => {
    await mkdir(join(at.home, "services", "api"), { recursive: true });
    const layout = `[[window]]\nname = "lead"\nargs = ["--model", "opus"]\n[[window]]\nname = "api"\nrole = "backend"\ncwd = "services/api"\n`;
    await writeFile(join(at.home, "plan.toml"), layout);
    const first = await fleet("launch", "--layout", "plan.toml", "--json");
    expect([first.code, didOf(first.stdout).did], first.stderr).toEqual([0, ["lead started", "api started"]]);
    expect((await windows()).split("\n")).toEqual(["plan/lead", "plan/api"]);
    const { items } = sessionsSchema.parse((await fleet("session", "list", "--json")).json());
    expect(items.filter(({ name }) => name === "lead" || name === "api")).toEqual([
      expect.objectContaining({ name: "api", role: "backend", parent: "lead" }),
      expect.objectContaining({ name: "lead", role: "commander" }),
    ]);
    const [[lead], [api]] = [await standIn.startsOf("lead"), await standIn.startsOf("api")];
    expect(lead?.argv.slice(0, 2)).toEqual(["--model", "opus"]);
    expect(api?.cwd).toMatch(/\/services\/api$/);
    const second = await fleet("launch", "--layout", "plan.toml", "--json");
    expect(didOf(second.stdout).hasChanged).toBe(false);
    const mixed = await fleet("launch", "3", "--layout", "plan.toml");
    expect([mixed.code, mixed.stderr]).toEqual([2, expect.stringContaining("the layout file says that")]);
    const stopped = await fleet("launch", "--stop", "--layout", "plan.toml");
    expect([stopped.code, stopped.stdout.match(/ended/g)?.length]).toEqual([0, 2]);
  });

  it("touches no tmux session and no window of its names that it did not make, and says the way out", async () => {
    await tmux("new-session", "-d", "-s", "shop", "-n", "own", "cat");
    for (const argv of [["1"], ["--stop"]]) {
      const ran = await fleet("launch", ...argv, "--name", "shop");
      expect([ran.code, ran.stderr]).toEqual([4, expect.stringContaining("give another --name")]);
    }
    expect(await windows()).toBe("shop/own");

    expect((await fleet("launch", "1", "--name", "yard")).code).toBe(0);
    await tmux("new-window", "-d", "-t", "=yard:", "-n", "yard-worker-2", "cat");
    const ran = await fleet("launch", "2", "--name", "yard");
    expect([ran.code, ran.stderr]).toEqual([4, expect.stringContaining("tmux rename-window")]);
    expect((await windows()).match(/yard-worker-2/g)).toHaveLength(1);
  });

  it("says of one that stops at a trust dialog where to answer it, and does not hang", async () => {
    const ran = await fleet("launch", "1", "--name", "wary", "--dir", "untrusted", "--timeout", "2s");
    expect([ran.code, ran.stderr]).toEqual([5, expect.stringContaining("answer it in its window")]);
    expect(ran.stderr.match(/answer it in its window/g), "while it waits, and at the end").toHaveLength(4);
    expect((await windows()).split("\n")).toHaveLength(2);
  });

  it.each([
    [["0"], 2, "give 1 to 32"],
    [["1000"], 2, "give 1 to 32"],
    [["1", "--cli", "claud"], 2, "did you mean claude?"],
    [["1", "--cli", "gemini,claude"], 7, "not on PATH"],
    [["1", "--dir", "nowhere"], 2, "is no folder"],
    [["1", "--name", "Shop Floor"], 2, "use a-z"],
    [["1", "--mux", "screen"], 2, "tmux, zellij"],
  ])("%j is refused with exit code %i before anything is started", async (argv, code, words) => {
    const ran = await at.run(["launch", ...argv], {
      env: { ...env, PATH: `${standIn.bin}:/usr/bin:/bin` },
      cwd: at.home,
    });
    expect([ran.code, ran.stderr]).toEqual([code, expect.stringContaining(words)]);
    await expect(windows()).rejects.toThrow(/no server running|error connecting/);
  });

  it("says that tmux is missing, and how to get it; --dry-run starts nothing", async () => {
    const bare = await at.run(["launch", "1"], { env: { ...env, PATH: standIn.bin } });
    expect([bare.code, bare.stderr]).toEqual([7, expect.stringContaining("apt-get install tmux")]);
    const dry = await fleet("launch", "1", "--dry-run", "--json");
    expect(dry.json()).toMatchObject({
      items: [
        { name: "fleet-commander", would: "start" },
        { name: "fleet-worker-1", would: "start", parent: "fleet-commander" },
      ],
    });
    await expect(windows()).rejects.toThrow(/no server running|error connecting/);
  });
});
