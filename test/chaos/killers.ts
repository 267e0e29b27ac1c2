import { setTimeout as sleep } from "node:timers/promises";
import type { NatsConnection } from "nats";
import type { DemoAgent } from "../support/fleet/agent.ts";
import type { Fleet } from "../support/fleet/fleet.ts";
import { hookOf, journaled, messageOnTheWire, type Aim } from "./aim.ts";
import type { Random } from "./random.ts";

/** What is killed, and between which steps. */
export const kinds = [
  "server",
  "daemon",
  "agent",
  "hook",
  "server between store and ack",
  "daemon between store and ack",
  "daemon between lease and answer",
  "daemon between journal and ack",
  "server between journal and ack",
] as const;
export type KillKind = (typeof kinds)[number];

/** How often each kind comes, of a hundred. */
export const shares: Readonly<Record<KillKind, number>> = {
  server: 6,
  daemon: 8,
  agent: 18,
  hook: 40,
  "server between store and ack": 5,
  "daemon between store and ack": 6,
  "daemon between lease and answer": 7,
  "daemon between journal and ack": 6,
  "server between journal and ack": 4,
};

/** What is there to kill. */
export interface Victims {
  readonly fleet: Fleet;
  readonly agents: readonly DemoAgent[];
  readonly connection: NatsConnection;
  readonly random: Random;
}

const aimMs = 1500;

/** Kills once with -9 and starts again what a person or the system would; false where it came too late for its aim. */
export async function killOnce(kind: KillKind, victims: Victims): Promise<boolean> {
  if (kind === "agent") return killAgent(victims);
  if (kind === "hook") return killHook(victims);
  const what = kind.startsWith("server") ? ("server" as const) : ("daemon" as const);
  const pid = what === "server" ? await victims.fleet.serverPid() : victims.fleet.daemon.pid;
  const aim = aimOf(kind, victims);
  const isDone = aim === undefined ? kill(pid) : await aim.hit(() => void kill(pid), aimMs);
  if (what === "daemon" && isDone) await restartDaemon(victims.fleet);
  return isDone;
}

/** A kind by the shares. */
export function pickKind(random: Random): KillKind {
  const sum = kinds.reduce((total, kind) => total + shares[kind], 0);
  let at = random.next() * sum;
  for (const kind of kinds) {
    at -= shares[kind];
    if (at < 0) return kind;
  }
  return "daemon";
}

function aimOf(kind: KillKind, { connection, fleet }: Victims): Aim | undefined {
  if (kind.endsWith("between store and ack")) return messageOnTheWire(connection);
  if (kind.endsWith("between lease and answer")) return journaled(fleet.paths.journalDir, /"offers":[1-9]/);
  if (kind.endsWith("between journal and ack")) return journaled(fleet.paths.journalDir, /"t":"final"/);
  return undefined;
}

async function killAgent({ agents, random }: Victims): Promise<boolean> {
  const agent = random.pick(agents);
  await agent.kill();
  await sleep(random.between(0, 300));
  await agent.restart();
  return true;
}

async function killHook({ agents, fleet, random }: Victims): Promise<boolean> {
  const pid = await hookOf(() => agents.map((agent) => agent.pid), fleet.client).find(aimMs);
  if (pid === undefined) return false;
  // Anywhere in its life: before it sent, while it waits, while it prints.
  await sleep(random.between(0, 6));
  return kill(pid);
}

/** Whoever it was has died of the signal by the time it is started again. */
async function restartDaemon({ daemon }: Fleet): Promise<void> {
  await daemon.kill("SIGKILL");
  await daemon.start();
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch {
    return false; // it had ended by itself
  }
}
