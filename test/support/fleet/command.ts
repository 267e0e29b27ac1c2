import { spawn } from "node:child_process";
import type { Fleet } from "./fleet.ts";

/** What one run of the command printed. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Its stdout as JSON; throws where it is none. */
  json(): unknown;
}

/** How to run it. */
export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly cwd?: string;
}

/** Runs `fleet` as a user of that fleet does. */
export function fleetCommand(
  fleet: Pick<Fleet, "env" | "command">,
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const child = spawn(process.execPath, [fleet.command, ...argv], {
    env: { ...fleet.env, FLEET_NO_AUTOSTART: "1", ...options.env },
    stdio: "pipe",
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  child.stdin.on("error", () => undefined); // it did not read
  child.stdin.end(options.stdin ?? "");
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      const stdout = Buffer.concat(out).toString();
      const json = (): unknown => JSON.parse(stdout);
      resolve({ code, stdout, stderr: Buffer.concat(err).toString(), json });
    });
  });
}
