import { spawn } from "node:child_process";
import { eventually } from "../tmux.ts";
import type { Fleet } from "./fleet.ts";

/** A `fleet` that stays, as `--follow` does. */
export interface RunningCommand {
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves when its stdout matches, with what it then was. */
  until(pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** Resolves when its stderr matches. */
  untilSaid(pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** Sends a signal; resolves with its exit code, null where the signal ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts one with its output in pipes. End it. */
export function startCommand(
  fleet: Pick<Fleet, "env" | "command">,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): RunningCommand {
  const child = spawn(process.execPath, [fleet.command, ...argv], {
    env: { ...fleet.env, FLEET_NO_AUTOSTART: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const matching = (text: () => string) => async (pattern: RegExp, timeoutMs: number | undefined) => {
    const what = () => `${String(pattern)}; there is ${JSON.stringify(out)} and ${JSON.stringify(err)}`;
    await eventually(() => (pattern.test(text()) ? true : undefined), what, timeoutMs ?? 30_000);
    return text();
  };
  return {
    stdout: () => out,
    stderr: () => err,
    until: (pattern, timeoutMs) => matching(() => out)(pattern, timeoutMs),
    untilSaid: (pattern, timeoutMs) => matching(() => err)(pattern, timeoutMs),
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}
