import { mkdir, open, readFile, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { FleetError } from "@fleetbus/core";
import { systemProcesses } from "../session/process.ts";

/** The lock that one daemon a machine holds. */
export interface Lock {
  release(): Promise<void>;
}

/**
 * Takes the lock; rejects with `conflict` while another daemon lives. A stale lock (its process is gone) is taken over.
 * The file holds pid and start time, because pids come again.
 */
export async function takeLock(file: string): Promise<Lock> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const own = `${process.pid} ${await startOf(process.pid)}\n`;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    if (await create(file, own)) return { release: () => release(file, own) };
    const holder = await readFile(file, "utf8").catch(() => ""); // gone meanwhile: try again
    if (await isHeld(holder)) {
      const pid = Number.parseInt(holder, 10);
      const text = `starting the daemon: another one runs with pid ${pid}; stop it with \`fleet down\``;
      throw new FleetError("conflict", text, { details: { pid } });
    }
    await unlink(file).catch(() => undefined); // somebody was faster
  }
  throw new FleetError("conflict", `starting the daemon: ${file} changes hands all the time`);
}

async function create(file: string, content: string): Promise<boolean> {
  try {
    const handle = await open(file, "wx", 0o600);
    await handle.writeFile(content);
    await handle.close();
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw new FleetError("storage", `taking the lock ${file}: ${String(error)}`, { cause: error });
  }
}

async function isHeld(holder: string): Promise<boolean> {
  const [pid, startedAt] = holder.trim().split(" ");
  const number = Number(pid);
  if (!Number.isInteger(number) || number <= 0 || !systemProcesses.isAlive(number)) return false;
  return startedAt === undefined || startedAt === (await startOf(number));
}

/** When a process began, in the system's ticks; empty where the system does not say. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ""); // no /proc on macOS
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

async function release(file: string, own: string): Promise<void> {
  if ((await readFile(file, "utf8").catch(() => "")) === own) await unlink(file); // another's lock stays
}
