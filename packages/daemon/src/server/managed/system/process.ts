import { spawn } from "node:child_process";
import { open, readdir, readFile } from "node:fs/promises";
import { FleetError, type Clock } from "@fleetbus/core";
import { execa } from "execa";
import type { ServerFiles } from "../launch/config.ts";

/** A running server, our child or adopted. */
export interface ServerProcess {
  readonly pid: number;
  /** Resolves with the reason when the process is gone. */
  readonly exited: Promise<string>;
}

/**
 * Starts a server that outlives this process: in its own process group, so that a SIGINT or hang-up of the terminal does not
 * reach it, and with a file for its output. Throws `failed` where the executable does not start.
 */
export async function spawnServer(binary: string, files: ServerFiles): Promise<ServerProcess> {
  const output = await open(files.output, "w", 0o600);
  try {
    const child = spawn(binary, ["-c", files.config], {
      detached: true,
      stdio: ["ignore", output.fd, output.fd],
      env: {},
    });
    const exited = new Promise<string>((resolve) => {
      child.once("exit", (code, signal) =>
        resolve(signal === null ? `exit code ${code}` : `signal ${signal}`),
      );
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    child.unref();
    return { pid: child.pid ?? 0, exited };
  } catch (error) {
    throw new FleetError("failed", `starting ${binary}: it does not run`, { cause: error });
  } finally {
    await output.close();
  }
}

/** Servers of this folder that run: the config they were started with is ours, so none is a stranger with a used-up pid. */
export async function ownProcesses(files: ServerFiles): Promise<readonly number[]> {
  const written = await readFile(files.pid, "utf8").catch(() => ""); // never started, or stopped
  const ports = await readdir(files.portsDir).catch(() => []);
  const pids = [written.trim(), ...ports.map((name) => /_(\d+)\.ports$/.exec(name)?.[1] ?? "")].map(Number);
  const candidates = [...new Set(pids)].filter((pid) => Number.isSafeInteger(pid) && pid > 1);
  const isOwn = await Promise.all(candidates.map(async (pid) => isOurs(await commandLineOf(pid), files)));
  return candidates.filter((_, i) => isOwn[i]);
}

/** Whether the process was started by this very command. */
export async function isStartedAs(pid: number, binary: string, files: ServerFiles): Promise<boolean> {
  return (await commandLineOf(pid)).trimEnd() === `${binary} -c ${files.config}`;
}

const watchEveryMs = 1000;

/**
 * Takes over a process that another daemon started: it is nobody's child any more, so it is looked at once a second until the
 * signal aborts.
 */
export function adoptProcess(pid: number, files: ServerFiles, watch: Omit<Watch, "everyMs">): ServerProcess {
  const never = new Promise<string>(() => {});
  const gone = untilGone(pid, files, { ...watch, everyMs: watchEveryMs });
  return {
    pid,
    exited: gone.then(
      () => "it is gone",
      () => never,
    ),
  };
}

/**
 * Ends a server: SIGTERM, and SIGKILL after `graceMs`. With thousands of consumers a clean end takes minutes (10 ms each);
 * the hard one loses nothing, as every write was synced before it was acknowledged.
 */
export async function endProcess(
  pid: number,
  files: ServerFiles,
  options: { readonly clock: Clock; readonly graceMs: number },
): Promise<void> {
  if (!isOurs(await commandLineOf(pid), files)) return;
  const enough = new AbortController();
  const gone = untilGone(pid, files, { clock: options.clock, everyMs: 20, signal: enough.signal });
  kill(pid, "SIGTERM");
  const isClean = await Promise.race([
    gone.then(() => true),
    options.clock.sleep(options.graceMs, enough.signal).then(
      () => false,
      () => false,
    ),
  ]);
  if (!isClean) {
    if (isOurs(await commandLineOf(pid), files)) kill(pid, "SIGKILL");
    await gone;
  }
  enough.abort();
}

interface Watch {
  readonly clock: Clock;
  readonly everyMs: number;
  readonly signal?: AbortSignal;
}

async function untilGone(pid: number, files: ServerFiles, watch: Watch): Promise<void> {
  while (await isThere(pid, files)) await watch.clock.sleep(watch.everyMs, watch.signal);
}

/** Linux shows the command line for nothing, and a zombie's is empty; elsewhere it would cost a process each time. */
async function isThere(pid: number, files: ServerFiles): Promise<boolean> {
  if (process.platform === "linux") return isOurs(await commandLineOf(pid), files);
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function kill(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone in the meantime.
  }
}

function isOurs(commandLine: string, files: ServerFiles): boolean {
  return commandLine.trimEnd().endsWith(` -c ${files.config}`);
}

/** The command and its arguments; empty for a process that is gone or a zombie. */
async function commandLineOf(pid: number): Promise<string> {
  if (process.platform === "linux") {
    const raw = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => ""); // gone
    return raw.replaceAll("\0", " ");
  }
  const result = await execa("ps", ["-ww", "-o", "args=", "-p", String(pid)], {
    reject: false,
    timeout: 5000,
  });
  return result.failed ? "" : result.stdout;
}
