import { readdirSync, readFileSync, statSync, watch } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { NatsConnection } from "nats";

/** What a kill may wait for, so that it falls between two steps: then `act` is called at once, in the same tick. */
export interface Aim {
  /** True when it came in time and `act` was called. */
  hit(act: () => void, withinMs: number): Promise<boolean>;
}

/** A message on its way into the server: it is not acknowledged yet. */
export function messageOnTheWire(connection: NatsConnection): Aim {
  return {
    hit: (act, withinMs) =>
      once(withinMs, (go) => {
        const subscription = connection.subscribe("fleet.main.inbox.>", { callback: () => go(act) });
        return () => subscription.unsubscribe();
      }),
  };
}

/** A line of the daemon's journal that has just reached the disk: what follows from it has not been done. */
export function journaled(dir: string, line: RegExp): Aim {
  return {
    hit: (act, withinMs) =>
      once(withinMs, (go) => {
        const sizes = new Map<string, number>();
        newBytes(dir, sizes);
        const watcher = watch(dir, () => {
          if (line.test(newBytes(dir, sizes))) go(act);
        });
        watcher.on("error", () => undefined); // the folder went with the fleet
        return () => watcher.close();
      }),
  };
}

/** A process below one of these that runs the hook client for an event. */
export function hookOf(
  agents: () => readonly number[],
  client: string,
): { find(withinMs: number): Promise<number | undefined> } {
  return {
    find: async (withinMs) => {
      const deadline = performance.now() + withinMs;
      while (performance.now() < deadline) {
        for (const agent of agents()) {
          const found = await tellerBelow(agent, client);
          if (found !== undefined) return found;
        }
        await sleep(1);
      }
      return undefined;
    },
  };
}

async function tellerBelow(agent: number, client: string): Promise<number | undefined> {
  const children = await readFile(`/proc/${agent}/task/${agent}/children`, "utf8").catch(() => "");
  for (const pid of children.trim().split(" ").map(Number)) {
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => ""); // gone
    // Waiters hang for long: they are no hook in mid-flight.
    if (command.includes(client) && !command.includes("\0wait\0")) return pid;
  }
  return undefined;
}

function newBytes(dir: string, sizes: Map<string, number>): string {
  const parts: string[] = [];
  for (const name of listed(dir)) {
    const path = join(dir, name);
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    const before = sizes.get(name) ?? 0;
    if (size > before) parts.push(readFileSync(path).subarray(before, size).toString("latin1"));
    sizes.set(name, size);
  }
  return parts.join("");
}

function listed(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return []; // not yet
  }
}

function once(withinMs: number, arm: (go: (act: () => void) => void) => () => void): Promise<boolean> {
  return new Promise((resolve) => {
    let isOver = false;
    const end = (isHit: boolean) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      disarm();
      resolve(isHit);
    };
    const timer = setTimeout(() => end(false), withinMs);
    const disarm = arm((act) => {
      if (isOver) return;
      act();
      end(true);
    });
  });
}
