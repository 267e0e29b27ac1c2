import { readFile } from "node:fs/promises";
import { FleetError, messageOf } from "@fleetbus/core";
import { configText } from "./config.ts";
import { readHello } from "../system/hello.ts";
import type { LaunchPlan, Launched } from "./plan.ts";
import { isPortFree } from "../system/port.ts";
import { adoptProcess, endProcess, isStartedAs, ownProcesses } from "../system/process.ts";
import { untilReady } from "./ready.ts";
import type { ServerState } from "./state.ts";

/**
 * Takes over the server of this folder that an earlier daemon left running. One of an older config or executable, or one that
 * does not answer, is ended first: two servers on one store would destroy it. A stranger is never touched.
 */
export async function adopt(plan: LaunchPlan, state: ServerState): Promise<Launched | undefined> {
  for (const pid of await ownProcesses(plan.files)) {
    const launched = (await isWanted(pid, plan, state)) ? await takeOver(pid, plan, state) : undefined;
    if (launched !== undefined) return launched;
    plan.log.info({ pid }, "replacing the nats-server of an earlier run");
    await endProcess(pid, plan.files, { clock: plan.clock, graceMs: plan.stopWithinMs });
  }
  await refuseUnseen(state);
  return undefined;
}

async function isWanted(pid: number, plan: LaunchPlan, state: ServerState): Promise<boolean> {
  const isMoving = plan.port !== undefined && plan.port !== state.port && (await isPortFree(plan.port));
  if (isMoving || !(await isStartedAs(pid, plan.binary, plan.files))) return false;
  const running = await readFile(plan.files.config, "utf8").catch(() => ""); // then it is not what we want
  return running === configText({ ...plan, ...state });
}

async function takeOver(pid: number, plan: LaunchPlan, state: ServerState): Promise<Launched | undefined> {
  const process = adoptProcess(pid, plan.files, plan);
  try {
    return await untilReady(plan, { process, port: state.port, name: state.name, isAdopted: true });
  } catch (error) {
    plan.signal.throwIfAborted();
    plan.log.warn({ pid, reason: messageOf(error) }, "the nats-server of an earlier run does not answer");
    return undefined;
  }
}

/** Ours by its name, yet without a pid file: it cannot be told from a stranger, and a second one must not share its store. */
async function refuseUnseen(state: ServerState): Promise<void> {
  const hello = state.port === 0 ? undefined : await readHello(state.port);
  if (hello?.server_name !== state.name) return;
  throw new FleetError(
    "conflict",
    `starting nats-server: ${state.name} runs at 127.0.0.1:${state.port} already, but its pid file is gone; end it, then try again`,
  );
}
