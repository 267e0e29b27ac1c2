import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { FleetError, pathsOf } from "@fleetbus/core";
import type { HookSet } from "@fleetbus/hooks";
import { contextOf, type Context } from "../command/context.ts";
import { demoTmux, requireTmux } from "./tmux.ts";

/** A demo that is set up: its own fleet, its own tmux, one agent. */
export interface Demo {
  readonly home: string;
  readonly label: string;
  readonly pane: string;
  /** The environment in which its commands run. */
  readonly env: Readonly<Record<string, string | undefined>>;
  screen(): Promise<string>;
  /** Throws `failed` with the reason and what the pane shows. */
  fail(reason: string): Promise<never>;
  /** Ends everything and removes the folder. */
  close(): Promise<void>;
}

/** Sets a demo up in a new folder, and says each step. Leaves nothing behind when it fails. */
export async function prepareDemo(cli: "demo" | "claude", context: Context): Promise<Demo> {
  const { say, world } = context;
  await say(`tmux      ${await requireTmux(say)}`);
  const home = await mkdtemp(join(tmpdir(), "fleet-demo-"));
  const env = { ...withoutFleet(world.env), FLEET_HOME: home, FLEET_CACHE: pathsOf(world.env).cacheDir };
  const inside = contextOf({ ...world, env });
  const tmux = demoTmux(`fleet-demo-${world.pid}`, env);
  const close = async () => {
    await tmux.kill();
    await inside.daemon().stop({ server: true });
    await rm(home, { recursive: true, force: true });
  };
  try {
    const status = await inside.daemon().start();
    await say(
      `server    nats-server ${status.server.version ?? ""} at ${status.server.url}, JWT accounts, every write synced`,
    );
    await say(`daemon    pid ${status.pid}, machine ${status.machine}`);
    const agent = await (cli === "demo" ? demoAgent(home, inside) : claude(home, inside));
    await mkdir(agent.cwd, { recursive: true });
    const pane = (await tmux.start(agent.argv, { cwd: agent.cwd, env: agent.env })).trim();
    const screen = async () => (await tmux.screen(pane)).trimEnd();
    const fail = async (reason: string) => {
      throw new FleetError(
        "failed",
        `running the demo: ${reason}; its pane shows:\n${await screen()}\nlog: ${inside.paths().logFile}`,
      );
    };
    return { home, label: tmux.label, pane, env, screen, fail, close };
  } catch (error) {
    await close().catch(() => undefined); // the first error is the one to tell
    throw error;
  }
}

interface Agent {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The agent that ships with fleet: its hooks are installed by the installer that every CLI's are. */
async function demoAgent(home: string, context: Context): Promise<Agent> {
  const { demoHooks } = await import("./hooks.ts");
  await installHooks(join(home, "agent", "settings.json"), demoHooks, context);
  const env = { FLEET_HOME: home, FLEET_DEMO_HOME: join(home, "agent") };
  const program = join(dirname(context.world.entry), "demo-agent.js");
  return { argv: [process.execPath, program], cwd: join(home, "worker"), env };
}

/** Claude Code, with the demo's hooks in a settings file of their own: the user's are not touched. */
async function claude(home: string, context: Context): Promise<Agent> {
  const { claudeHooks } = await import("@fleetbus/hooks");
  const settings = join(home, "claude", "settings.json");
  await installHooks(settings, (client) => claudeHooks({ client }), context);
  await context.say("          if Claude Code asks whether you trust its folder, answer it in its pane");
  return { argv: ["claude", "--settings", settings], cwd: join(home, "worker"), env: { FLEET_HOME: home } };
}

async function installHooks(
  file: string,
  hooks: (client: string) => HookSet,
  { say, paths, world }: Context,
): Promise<void> {
  const { applyPlan, installClient, planInstall } = await import("@fleetbus/hooks");
  const { dataDir } = paths();
  const client = await installClient(paths(), { platform: process.platform });
  await mkdir(dirname(file), { recursive: true });
  await applyPlan(await planInstall({ file, dataDir }, hooks(client.file)), { clock: world.clock, dataDir });
  await say(`hooks     installed into ${file}`);
}

/** A demo has nothing to do with the session that it is started from. */
function withoutFleet(env: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(FLEET_|TMUX(_PANE)?$|CLAUDE_)/.test(name)),
  );
}
