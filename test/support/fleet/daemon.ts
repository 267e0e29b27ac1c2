import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { z } from "zod";

/** A daemon as a process of its own, which can be killed and started again. */
export interface DaemonProcess {
  readonly pid: number;
  readonly isRunning: boolean;
  /** Starts it where it does not run; resolves when it answers, rejects with what it said. */
  start(): Promise<void>;
  /** Sends the signal; resolves when the process is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** What to run, and in which environment. */
export interface DaemonCommand {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const failedSchema = z.object({ code: z.string(), message: z.string() });

/** The reason why a daemon did not start, with its code. */
export class StartFailure extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** A daemon that does not run yet. */
export function daemonProcess({ argv, env }: DaemonCommand): DaemonProcess {
  let child: ChildProcess | undefined;
  const isRunning = () => child !== undefined && child.exitCode === null && child.signalCode === null;
  return {
    get pid() {
      return child?.pid ?? 0;
    },
    get isRunning() {
      return isRunning();
    },
    start: async () => {
      if (isRunning()) return;
      child = spawn(process.execPath, [...argv], { env, stdio: ["ignore", "pipe", "inherit"] });
      await untilReady(child);
    },
    kill: async (signal) => {
      if (child === undefined || !isRunning()) return;
      const gone = once(child, "exit");
      child.kill(signal);
      await gone;
    },
  };
}

async function untilReady(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error("starting the daemon: its output is not read");
  const gone = once(child, "exit").then(() => "gone");
  const line = new Promise<string>((resolve) => {
    if (child.stdout !== null) createInterface(child.stdout).once("line", resolve);
  });
  const first = await Promise.race([line, gone.then(() => line.then((text) => text)), gone]);
  if (first.startsWith("ready ")) return;
  // One that said why it failed still runs for a moment: the next start would take it for a daemon.
  await gone;
  const failed = first.startsWith("failed ") ? failedSchema.parse(JSON.parse(first.slice(7))) : undefined;
  throw new StartFailure(failed?.code ?? "killed", failed?.message ?? "the daemon died while it started");
}
