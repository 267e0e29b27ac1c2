import { mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FleetError, messageOf } from "@fleetbus/core";
import writeFileAtomic from "write-file-atomic";
import { requireServerVersion } from "../../find/version.ts";
import { adopt } from "./adopt.ts";
import { configText, type ServerFiles } from "./config.ts";
import type { LaunchPlan, Launched } from "./plan.ts";
import { choosePort, isPortFree } from "../system/port.ts";
import { endProcess, spawnServer } from "../system/process.ts";
import { untilReady } from "./ready.ts";
import { readState, writeState, type ServerState } from "./state.ts";

const portTries = 3;

/**
 * Adopts the server of this folder that still runs, else starts one on the port of the last run if that is free.
 * Throws `failed` with what the server said, `version`, `storage`, or the signal's reason. Not to be called twice at a time:
 * the daemon's lock sees to that.
 */
export async function launch(plan: LaunchPlan): Promise<Launched> {
  await prepare(plan.files);
  const state = await readState(plan.files.state);
  return (await adopt(plan, state)) ?? (await start(plan, state));
}

async function prepare(files: ServerFiles): Promise<void> {
  try {
    for (const folder of [dirname(files.config), files.portsDir, dirname(files.log)]) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
    }
  } catch (error) {
    throw new FleetError("storage", `preparing ${dirname(files.config)}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function start(plan: LaunchPlan, state: ServerState): Promise<Launched> {
  for (let tries = 1; ; tries++) {
    const port = await choosePort(plan.port ?? state.port);
    try {
      return await startAt(plan, { ...state, port });
    } catch (error) {
      if (plan.signal.aborted || tries === portTries || !(await wasTaken(port, error))) throw error;
      plan.log.warn({ port }, "the port was taken meanwhile, choosing another");
    }
  }
}

/** Somebody may take the port between our look and the server's, also for a moment only (a connection of their own). */
async function wasTaken(port: number, error: unknown): Promise<boolean> {
  return /address already in use/i.test(messageOf(error)) || !(await isPortFree(port));
}

async function startAt(plan: LaunchPlan, state: ServerState): Promise<Launched> {
  await clear(plan.files);
  await writeState(plan.files.state, state);
  await writeFileAtomic(plan.files.config, configText({ ...plan, ...state }), { mode: 0o600 });
  const process = await spawnServer(plan.binary, plan.files);
  try {
    const launched = await untilReady(plan, {
      process,
      port: state.port,
      name: state.name,
      isAdopted: false,
    });
    requireServerVersion(launched.version, plan.binary);
    return launched;
  } catch (error) {
    await endProcess(process.pid, plan.files, { clock: plan.clock, graceMs: plan.stopWithinMs });
    throw error;
  }
}

/** What a killed server left behind would be read as the new one's. */
async function clear(files: ServerFiles): Promise<void> {
  const stale = await readdir(files.portsDir);
  await Promise.all(
    [files.pid, ...stale.map((name) => join(files.portsDir, name))].map((file) => rm(file, { force: true })),
  );
}
