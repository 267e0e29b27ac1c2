import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { programEnvironment } from "../program/environment.ts";
import type { FindProcess } from "../typing/process.ts";
import type { ZellijPlace } from "./place.ts";

/** The command line of a process, its words apart from each other; empty when it is gone. */
export type FindArguments = (pid: number) => Promise<string>;

/**
 * The server of a place's session among the ancestors of `pid`: zellij tells no pane's process, but a session's server
 * is the parent of all of them and has the socket in its command line (`--server <folder>/<session>`). Undefined: `pid`
 * runs somewhere else.
 */
export async function findServer(
  pid: number,
  place: ZellijPlace,
  { find, argumentsOf }: { readonly find: FindProcess; readonly argumentsOf: FindArguments },
): Promise<number | undefined> {
  let next: number | undefined = pid;
  for (let depth = 0; next !== undefined && next > 1 && depth < 64; depth += 1) {
    if (isServerOf(place, await argumentsOf(next))) return next;
    next = (await find(next))?.parent;
  }
  return undefined;
}

function isServerOf({ socketDir, session }: ZellijPlace, line: string): boolean {
  const socket = /[\0 ]--server[\0 ]([^\0]*)/
    .exec(line)?.[1]
    ?.replace(/ --debug\s*$/, "")
    .trimEnd();
  return socket?.startsWith(`${socketDir}/`) === true && socket.endsWith(`/${session}`);
}

/** This machine's own: `/proc` on Linux, `ps` elsewhere. */
export const findArguments: FindArguments = (pid) =>
  process.platform === "linux" ? readArguments(pid) : askArguments(pid);

function readArguments(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => ""); // gone
}

async function askArguments(pid: number): Promise<string> {
  const args = ["-ww", "-o", "command=", "-p", String(pid)];
  const run = promisify(execFile)("ps", args, { env: programEnvironment, timeout: 2000 });
  const { stdout } = await run.catch(() => ({ stdout: "" })); // gone
  return stdout;
}
