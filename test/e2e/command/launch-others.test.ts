import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
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

const launchedSchema = z.object({ items: z.array(z.object({ name: z.string(), did: z.string() })) });
const sessionsSchema = z.object({ items: z.array(z.object({ name: z.string(), state: z.string() })) });

beforeAll(async () => {
  [built, nats] = await Promise.all([buildPackage(), startNatsServer()]);
  at = await newHome({ command: built.bin, config: "", env: { FLEET_MACHINE: "lab" } });
  standIn = await installStandIn(at.home);
  // the default server of this environment is a private one
  env = { PATH: `${standIn.bin}:${at.env["PATH"] ?? ""}`, TMUX: "", TMUX_TMPDIR: at.home };
  await at.run(["up", "--connect", nats.url], { env });
  await at.run(["hooks", "install", "--claude", "--codex", "--apply"], { env });
});
afterAll(async () => {
  const own = { ...at.env, ...env, TMUX: undefined };
  await promisify(execFile)("tmux", ["kill-server"], { env: own }).catch(() => undefined); // it ended with its windows
  await at.close();
  await nats.stop();
  await built.remove();
});

const fleet = (...argv: readonly string[]) => at.run(argv, { env, cwd: at.home });
const live = async () => {
  const { items } = sessionsSchema.parse((await fleet("session", "list", "--json")).json());
  return items.flatMap(({ name, state }) => (state === "ended" || state === "lost" ? [] : [name]));
};
const launched = async () => {
  const flags = ["--name", "duo", "--cli", "claude,codex", "--timeout", "20s", "--json"];
  const { code, stdout, stderr } = await fleet("launch", "2", ...flags);
  const { items } = launchedSchema.parse(JSON.parse(stdout));
  return { code, did: items.map(({ name, did }) => `${name} ${did}`), stderr };
};

it("a launch knows Codex by its own process: it registers, is lost when it is killed, and comes again under its name", async () => {
  const first = await launched();
  const names = ["duo-commander", "duo-worker-1", "duo-worker-2"]; // the second worker is Codex
  expect([first.code, first.did], first.stderr).toEqual([0, names.map((name) => `${name} started`)]);
  const [worker] = await standIn.startsOf("duo-worker-2");
  process.kill(worker?.pid ?? 0, "SIGKILL");
  await eventually(
    async () => ((await live()).includes("duo-worker-2") ? undefined : true),
    () => "the loss of the worker",
  );
  const second = await launched();
  const again = ["duo-commander kept", "duo-worker-1 kept", "duo-worker-2 started"];
  expect([second.code, second.did], second.stderr).toEqual([0, again]);
  expect(await live()).toEqual(names);
  expect((await fleet("launch", "--stop", "--name", "duo")).code).toBe(0);
});

it("--stop ends a CLI behind a launcher that hands no signal on, by the pid that it registered with", async () => {
  await mkdir(join(at.home, "launched"));
  const flags = ["--name", "far", "--dir", "launched", "--timeout", "20s"];
  const { code, stderr } = await fleet("launch", "1", ...flags);
  expect(code, stderr).toBe(0);
  const [worker] = await standIn.startsOf("far-worker-1");
  const stopped = await fleet("launch", "--stop", "--name", "far");
  expect([stopped.code, stopped.stdout.match(/ended/g)?.length], stopped.stderr).toEqual([0, 2]);
  expect(isAlive(worker?.pid ?? 0)).toBe(false);
});
