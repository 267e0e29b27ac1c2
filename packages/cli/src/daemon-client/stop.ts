import { existsSync } from "node:fs";
import { FleetError } from "@fleetbus/core";
import type { World } from "../world/world.ts";
import { errorOf, readText } from "./body.ts";
import { isDown, type Ask } from "./daemon.ts";

/** How long a clean stop may take: 10,000 consumers cost nats-server seconds (issue: "in seconds also with 10,000 consumers"). */
const stopMs = 60_000;

/** Ends the running daemon, of whatever version, and waits until it has let go of everything; false when none ran. */
export async function stopDaemon(
  parts: { readonly world: World; readonly ask: Ask; readonly lockFile: string },
  options: { readonly server: boolean },
): Promise<boolean> {
  const deadline = parts.world.clock.monotonic() + stopMs;
  if (!(await askToStop(parts.ask, options))) return false;
  // The lock goes last, after the server.
  while ((await isListening(parts.ask)) || existsSync(parts.lockFile)) {
    if (parts.world.clock.monotonic() > deadline) {
      throw new FleetError(
        "pending",
        `stopping the daemon: it has not ended after ${stopMs / 1000} s; see its log`,
      );
    }
    await parts.world.clock.sleep(25, parts.world.signal);
  }
  return true;
}

/** This route is answered to callers of any version. */
async function askToStop(ask: Ask, options: { readonly server: boolean }): Promise<boolean> {
  try {
    const answer = await ask({ method: "POST", path: "/v1/stop", body: JSON.stringify(options) });
    const text = await readText(answer.body);
    if (answer.status >= 400) throw errorOf(answer.status, text);
    return true;
  } catch (error) {
    if (isDown(error)) return false;
    throw error;
  }
}

async function isListening(ask: Ask): Promise<boolean> {
  try {
    const answer = await ask({ method: "GET", path: "/healthz" });
    await readText(answer.body);
    return true;
  } catch (error) {
    if (isDown(error)) return false;
    return true; // the connection broke while it was going down
  }
}
