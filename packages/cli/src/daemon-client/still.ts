import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import type { Paths } from "@fleetbus/core";
import { holderOf } from "@fleetbus/daemon";

/** Long beside whatever a daemon's main thread may sleep in without its event loop: a write to disk, a lookup. */
const stillMs = 5000;

/**
 * The pid of the daemon, by its lock, if it stands still: it was asked on a connection of its own, and for five seconds its
 * main thread has neither answered nor run at all, asleep or stopped. One that is merely busy runs, or waits for the disk;
 * one that lives is woken by the connection. Undefined also where the system does not tell (macOS) and at the signal.
 */
export async function stillHolder(
  { lockFile, socketFile }: Pick<Paths, "lockFile" | "socketFile">,
  signal: AbortSignal,
): Promise<number | undefined> {
  const pid = await holderOf(lockFile);
  const before = pid === undefined ? undefined : await restOf(pid);
  if (before === undefined || !(await isUnanswered(socketFile, signal))) return undefined;
  return pid === (await holderOf(lockFile)) && before === (await restOf(pid ?? 0)) ? pid : undefined;
}

/** A resting main thread's state and how often it has run; undefined where it runs, waits for the disk, or nobody tells. */
async function restOf(pid: number): Promise<string | undefined> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => ""); // gone, or no Linux
  const state = /^State:\s+([STt])/m.exec(status)?.[1];
  const switches = [...status.matchAll(/_ctxt_switches:\s+(\d+)$/gm)].map(([, count]) => count);
  return state === undefined || switches.length === 0 ? undefined : [state, ...switches].join(" ");
}

/** False as soon as anything comes, or nobody listens. A full queue of connections wakes who lives as well as ours. */
function isUnanswered(socketFile: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketFile);
    const timer = setTimeout(() => done(true), stillMs);
    const done = (is: boolean) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      socket.destroy();
      resolve(is);
    };
    const stop = () => done(false);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    socket.once("data", stop).once("end", stop);
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EAGAIN") stop();
    });
    socket.write("GET /healthz HTTP/1.1\r\nhost: fleet\r\nconnection: close\r\n\r\n");
  });
}
