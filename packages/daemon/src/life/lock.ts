import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, rename, stat, unlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";
import { FleetError, messageOf } from "@fleetbus/core";
import { systemProcesses } from "../session/process.ts";

/** A lock of one process; the daemon of a machine holds one, and a launch while it starts things. */
export interface Lock {
  release(): Promise<void>;
}

/**
 * Takes the lock; rejects with `conflict` while another daemon lives. A stale lock (its process is gone) is taken over,
 * by one of all who try. The file holds pid and start time, because pids come again. `held` says what the living holder
 * means.
 */
export async function takeLock(file: string, held: SayHeld = daemonRuns): Promise<Lock> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const own = `${process.pid} ${startOf(process.pid)}\n`;
  const made = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`;
  await write(made, own);
  try {
    for (let attempt = 0; attempt < takeAttempts; attempt += 1) {
      if ((await claim(made, file)) || (await takeOver(made, file, held)))
        return { release: () => release(file, own) };
      await setTimeout(takeEveryMs);
    }
  } finally {
    await unlink(made).catch(() => undefined); // it was moved into place
  }
  throw new FleetError("conflict", `taking the lock ${file}: it changes hands all the time`);
}

/** What is said to whom the lock is refused, by its holder's pid. */
export type SayHeld = (pid: number) => string;

const daemonRuns: SayHeld = (pid) =>
  `starting the daemon: another one runs with pid ${pid}; stop it with \`fleet down\``;

const takeAttempts = 100;
const takeEveryMs = 20;
/** Taking over takes milliseconds: who needs longer has died over it. */
const takeOverMs = 500;

/** Appears whole or not at all; false where there is a lock. */
async function claim(made: string, file: string): Promise<boolean> {
  try {
    await link(made, file);
    return true;
  } catch (error) {
    if (isExisting(error)) return false;
    throw new FleetError("storage", `taking the lock ${file}: ${messageOf(error)}`, { cause: error });
  }
}

/** Replaces a stale lock. Of all who found it stale one at a time may look again and do it: the next finds a new holder. */
async function takeOver(made: string, file: string, held: SayHeld): Promise<boolean> {
  await requireStale(file, held);
  const turn = `${file}.takeover`;
  if (!(await claim(made, turn))) {
    await dropDeadTurn(turn);
    return false;
  }
  try {
    await requireStale(file, held);
    await rename(made, file);
    return true;
  } catch (error) {
    if (error instanceof FleetError) throw error;
    return false; // let go meanwhile: it is free to be claimed
  } finally {
    await unlink(turn).catch(() => undefined); // cleared by somebody who thought us dead
  }
}

/** The pid of the living process that holds a lock; undefined where none does. */
export async function holderOf(file: string): Promise<number | undefined> {
  const holder = await readFile(file, "utf8").catch(() => ""); // gone meanwhile
  return isHeld(holder) ? Number.parseInt(holder, 10) : undefined;
}

async function requireStale(file: string, held: SayHeld): Promise<void> {
  const pid = await holderOf(file);
  if (pid === undefined) return;
  throw new FleetError("conflict", held(pid), { details: { pid } });
}

async function dropDeadTurn(turn: string): Promise<void> {
  const since = (await stat(turn).catch(() => undefined))?.ctimeMs; // over already
  if (since !== undefined && Math.abs(Date.now() - since) > takeOverMs)
    await unlink(turn).catch(() => undefined);
}

async function write(file: string, content: string): Promise<void> {
  try {
    await writeFile(file, content, { mode: 0o600 });
  } catch (error) {
    throw new FleetError("storage", `taking the lock ${file}: ${messageOf(error)}`, { cause: error });
  }
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}

function isHeld(holder: string): boolean {
  const [pid, startedAt] = holder.trim().split(" ");
  const number = Number(pid);
  if (!Number.isInteger(number) || number <= 0 || !systemProcesses.isAlive(number)) return false;
  return startedAt === undefined || startedAt === startOf(number);
}

/** Empty where the system does not say. */
function startOf(pid: number): string {
  return systemProcesses.startOf(pid) ?? "";
}

async function release(file: string, own: string): Promise<void> {
  if ((await readFile(file, "utf8").catch(() => "")) === own) await unlink(file); // another's lock stays
}
