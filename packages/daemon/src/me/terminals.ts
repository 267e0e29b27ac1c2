import { readlink, stat } from "node:fs/promises";
import { listClients } from "@fleetbus/adapters";
import { timeLimit, type Clock } from "@fleetbus/core";
import type { Registry } from "../session/registry.ts";
import type { PresenceDeps } from "./presence.ts";

const tmuxMs = 2000;

/** The traces that this machine keeps of its human. */
export function terminalsOf(deps: {
  readonly clock: Clock;
  readonly registry: Pick<Registry, "live">;
}): PresenceDeps {
  return {
    clock: deps.clock,
    live: () => deps.registry.live(),
    terminals: (socket) => listClients(socket, timeLimit(tmuxMs)),
    typedAt,
  };
}

/** Linux: a terminal's access time moves when what was typed is read (as `w` tells how long somebody is idle). */
async function typedAt(pid: number): Promise<number | undefined> {
  if (process.platform !== "linux") return undefined;
  const file = await readlink(`/proc/${pid}/fd/0`);
  return /^\/dev\/(?:pts\/|tty)\d+$/.test(file) ? (await stat(file)).atimeMs : undefined;
}
