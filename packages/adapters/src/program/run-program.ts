import { spawn, type ChildProcess } from "node:child_process";
import { FleetError, messageOf, timeLimit } from "@fleetbus/core";
import { lifelineOf } from "./lifeline.ts";

/** One run of a program; never through a shell. */
export interface ProgramRun {
  /** For messages: "running notify". */
  readonly doing: string;
  readonly command: readonly string[];
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
  /** A longer run is ended, with all that it started. */
  readonly timeoutMs: number;
}

/** How it ended, with the end of what it said. */
export interface ProgramEnd {
  /** Undefined where a signal ended it. */
  readonly code: number | undefined;
  readonly endedBy: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const maxKept = 4096;
const graceMs = 500;
/** What it left behind may hold its output open; so long is waited for the rest. */
const restMs = 200;

/**
 * Runs a program in a process group of its own. Rejects with `unavailable` where it cannot be started or takes too long,
 * with the signal's reason where that aborts; its group has been told to end by then, and is killed half a second later.
 * It ends with this process, however that ends.
 */
export async function runProgram(run: ProgramRun, signal: AbortSignal): Promise<ProgramEnd> {
  signal.throwIfAborted();
  const limit = timeLimit(run.timeoutMs);
  const { child, release } = await start(run);
  const [stdout, stderr] = [tailOf(child.stdout), tailOf(child.stderr)];
  child.stdin?.on("error", () => undefined); // it need not read what it is told
  child.stdin?.end(run.input ?? "");
  try {
    const { code, endedBy } = await endOf(child, AbortSignal.any([signal, limit]));
    return { code, endedBy, stdout: stdout(), stderr: stderr() };
  } catch (error) {
    await endGroup(child);
    signal.throwIfAborted();
    if (!limit.aborted) throw error;
    throw new FleetError(
      "unavailable",
      `${run.doing}: no end within ${run.timeoutMs / 1000} s, so it was ended`,
    );
  } finally {
    release();
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
  }
}

interface Started {
  readonly child: ChildProcess;
  /** What is left of its group may outlive this process. */
  release(): void;
}

async function start({ doing, command, env, cwd }: ProgramRun): Promise<Started> {
  const [file = "", ...args] = command;
  try {
    const place = cwd === undefined ? {} : { cwd };
    const child = spawn(file, args, { detached: true, env: { ...env }, stdio: "pipe", ...place });
    const release = child.pid === undefined ? () => undefined : lifelineOf(child.pid);
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    return { child, release };
  } catch (error) {
    const isTooLong = error instanceof Error && "code" in error && error.code === "E2BIG";
    throw new FleetError(isTooLong ? "too_large" : "unavailable", `${doing}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function tailOf(stream: ChildProcess["stdout"]): () => string {
  let tail = Buffer.alloc(0);
  stream?.on("data", (chunk: Buffer) => {
    tail = Buffer.concat([tail, chunk]).subarray(-maxKept);
  });
  return () => tail.toString("utf8");
}

function endOf(child: ChildProcess, until: AbortSignal): Promise<Pick<ProgramEnd, "code" | "endedBy">> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(until.reason);
    if (until.aborted) return stop();
    until.addEventListener("abort", stop, { once: true });
    child.once("exit", (code, endedBy) => {
      until.removeEventListener("abort", stop);
      const done = () => {
        clearTimeout(rest);
        resolve({ code: code ?? undefined, endedBy: endedBy ?? undefined });
      };
      const rest = setTimeout(done, restMs);
      child.once("close", done);
    });
  });
}

/** Resolves when the program is gone; what else is in its group is gone then, or killed a moment later. */
async function endGroup(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  const isGone = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once("exit", () => resolve());
  });
  tell(pid, "SIGTERM");
  const killing = new Promise<void>((resolve) => {
    setTimeout(() => {
      tell(pid, "SIGKILL");
      resolve();
    }, graceMs);
  });
  await Promise.race([isGone, killing]);
  await isGone;
}

function tell(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch {
    // nobody is left in it
  }
}
