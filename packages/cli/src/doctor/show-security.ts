import { FleetError } from "@fleetbus/core";
import type { Context } from "../command/context.ts";
import { printJson } from "../output/json.ts";
import { socketCheck } from "./daemon-checks.ts";
import { guaranteesOf, type Guarantee, type Holder } from "./guarantees.ts";

/** `fleet doctor --security`: what holds on the server that this daemon uses. Exit 1 when the socket is open to others. */
export async function showSecurity(isJson: boolean, context: Context): Promise<void> {
  const status = await context.daemon().status();
  const { socketFile, dataDir } = context.paths();
  if (status === undefined)
    throw new FleetError(
      "unavailable",
      `asking the daemon at ${socketFile}: it is not running; start it with: fleet up`,
    );
  const socket = await socketCheck(socketFile);
  const items = guaranteesOf({ server: status.server, socket: socket.text, dataDir });
  if (isJson) await printJson(context, { items });
  else await print(items, context);
  if (!socket.isOk)
    throw new FleetError("failed", `checking ${socket.text}: others reach it; ${socket.way ?? ""}`);
}

const titles: Readonly<Record<Holder, string>> = {
  server: "The server enforces",
  "operating system": "The operating system enforces",
  daemon: "The daemon enforces, for all who go through it",
  "good manners": "Only good manners hold",
};
const order: readonly Holder[] = ["server", "operating system", "daemon", "good manners"];

async function print(items: readonly Guarantee[], context: Context): Promise<void> {
  for (const holder of order) {
    const held = items.filter((item) => item.heldBy === holder);
    if (held.length === 0) continue;
    await context.print(`${titles[holder]}:`);
    for (const { text } of held) await context.print(`  - ${text}`);
  }
}
