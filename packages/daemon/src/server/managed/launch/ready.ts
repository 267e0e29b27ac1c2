import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { FleetError } from "@fleetbus/core";
import { z } from "zod";
import { readHello } from "../system/hello.ts";
import type { LaunchPlan, Launched } from "./plan.ts";
import type { ServerProcess } from "../system/process.ts";
import type { ServerFiles } from "./config.ts";

const portsSchema = z.object({ monitoring: z.array(z.string()).min(1) });
const lookEveryMs = 20;

/** Where a server is expected, and the name by which it is known. */
export interface Expected {
  readonly process: ServerProcess;
  readonly port: number;
  readonly name: string;
  readonly isAdopted: boolean;
}

/** Waits until the server answers under its own name. Throws `failed` when it dies first or takes too long, or the signal's reason. */
export async function untilReady(plan: LaunchPlan, expected: Expected): Promise<Launched> {
  const { process, port, isAdopted } = expected;
  const end: { reason?: string } = {};
  void process.exited.then((reason) => (end.reason = reason));
  const deadline = plan.clock.monotonic() + plan.readyWithinMs;
  while (plan.clock.monotonic() < deadline) {
    const hello = await readHello(port);
    const monitorUrl = await monitorUrlOf(process.pid, plan.files);
    if (hello?.server_name === expected.name && monitorUrl !== undefined) {
      return { process, port, version: hello.version, monitorUrl, isAdopted };
    }
    if (end.reason !== undefined) throw await deathOf(process.pid, end.reason, plan.files);
    await plan.clock.sleep(lookEveryMs, plan.signal);
  }
  throw new FleetError(
    "failed",
    `starting nats-server: not ready after ${plan.readyWithinMs} ms; see ${plan.files.log}`,
  );
}

async function monitorUrlOf(pid: number, files: ServerFiles): Promise<string | undefined> {
  const names = await readdir(files.portsDir);
  const own = names.find((name) => name.endsWith(`_${pid}.ports`));
  if (own === undefined) return undefined;
  const text = await readFile(join(files.portsDir, own), "utf8").catch(() => ""); // gone with its server
  if (!text.endsWith("}")) return undefined; // still being written
  return portsSchema.parse(JSON.parse(text)).monitoring[0];
}

/** What the server said last: a config that it refuses goes to its output, all else to its log. */
async function deathOf(pid: number, reason: string, files: ServerFiles): Promise<FleetError> {
  const output = await readFile(files.output, "utf8").catch(() => "");
  const log = await readFile(files.log, "utf8").catch(() => "");
  const lines = log.split("\n").filter((line) => line.startsWith(`[${pid}]`) && /\[(FTL|ERR)\]/.test(line));
  const said = [...output.trim().split("\n"), ...lines.map((line) => line.replace(/^.*\[(FTL|ERR)\] /, ""))];
  const text = said.filter((line) => line !== "").slice(-3);
  return new FleetError("failed", `starting nats-server: ${[reason, ...text].join(": ")} (${files.log})`);
}
