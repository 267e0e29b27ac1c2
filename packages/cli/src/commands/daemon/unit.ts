import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { renderUnit, type Unit } from "@fleetbus/daemon";
import { FleetError, messageOf } from "@fleetbus/core";
import type { Context } from "../../command/context.ts";
import { daemonEnv } from "../../daemon-client/daemon-env.ts";
import { connectName, type StartOptions } from "../../daemon-client/start.ts";
import { daemonArgv } from "../../daemon-client/daemon-argv.ts";

/** Variables that a unit must carry, as it inherits none of a shell's. */
const carried = [
  "FLEET_HOME",
  "FLEET_CONFIG",
  "FLEET_NS",
  "FLEET_MACHINE",
  "FLEET_URL",
  connectName,
  "XDG_CONFIG_HOME",
  "XDG_DATA_HOME",
  "XDG_CACHE_HOME",
  "PATH",
];

/** Writes this platform's unit and switches it on; a daemon that runs now makes way for it. */
export async function installUnit(choice: StartOptions, context: Context): Promise<void> {
  const unit = unitOf(choice, context);
  const file = fileOf(unit, context);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, unit.content, { mode: 0o600 });
  await context.say(`fleet: wrote ${file}`);
  const wasRunning = await context.daemon().stop({ server: false });
  try {
    for (const command of unit.enable) await run(command, context);
  } catch (error) {
    if (wasRunning) await goOn(choice, context);
    throw error;
  }
  await context.say("fleet: the machine starts it from now on");
}

/** The machine would not take it: what ran before runs on. */
async function goOn(choice: StartOptions, context: Context): Promise<void> {
  try {
    await context.daemon().start(choice);
  } catch (error) {
    await context.say(`fleet: starting the daemon again: ${messageOf(error)}`);
  }
}

/** Takes the unit back; false when there was none. */
export async function removeUnit(context: Context): Promise<boolean> {
  const file = fileOf(unitOf({}, context), context);
  const isThere = await rm(file).then(
    () => true,
    () => false, // none was installed
  );
  if (isThere && process.platform === "linux")
    await run(["systemctl", "--user", "disable", "fleet.service"], context).catch(() => undefined); // no systemd: the file was all
  return isThere;
}

function unitOf({ connect, context }: StartOptions, { world }: Context): Unit {
  const own: Readonly<Record<string, string | undefined>> = { ...daemonEnv(world), [connectName]: connect };
  const env = Object.fromEntries(carried.flatMap((name) => (own[name] ? [[name, own[name]] as const] : [])));
  return renderUnit(process.platform, {
    argv: daemonArgv(world, context),
    env,
  });
}

function fileOf(unit: Unit, { world }: Context): string {
  const home = world.env["HOME"];
  if (home) return join(home, unit.path);
  throw new FleetError("usage", "installing the unit: HOME is not set");
}

async function run(argv: readonly string[], { world }: Context): Promise<void> {
  const [file = "", ...args] = argv;
  const { execa } = await import("execa");
  const result = await execa(file, args, {
    reject: false,
    timeout: 30_000,
    cancelSignal: world.signal,
    cwd: world.env["HOME"] ?? world.cwd,
    extendEnv: false,
    env: world.env,
  });
  if (!result.failed) return;
  throw new FleetError(
    "failed",
    `running ${argv.join(" ")}: ${result.stderr || result.shortMessage}; run it yourself, the unit is written`,
  );
}
