import { execa } from "execa";

/** What a command left behind. */
export interface CommandResult {
  readonly isOk: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `file` with `args` to its end, never through a shell. Rejects only when the signal aborts; every other failure is a result. */
export type Run = (file: string, args: readonly string[], options?: RunOptions) => Promise<CommandResult>;

/** How one command is run. */
export interface RunOptions {
  readonly timeoutMs?: number;
  readonly cwd?: string;
}

const defaultTimeoutMs = 30_000;

/** A runner whose commands are looked up on `env`'s PATH, speak English, and end with the signal. */
export function commandRunner(env: Readonly<Record<string, string | undefined>>, signal: AbortSignal): Run {
  return async (file, args, options = {}) => {
    const result = await execa(file, args, {
      cancelSignal: signal,
      timeout: options.timeoutMs ?? defaultTimeoutMs,
      reject: false,
      stdin: "ignore",
      env: { ...env, LC_ALL: "C" },
      extendEnv: false,
      ...(options.cwd !== undefined && { cwd: options.cwd }),
    });
    signal.throwIfAborted();
    // A command that never started has said nothing itself.
    const stderr = result.failed && result.stderr === "" ? (result.shortMessage ?? "") : result.stderr;
    return { isOk: !result.failed, stdout: result.stdout, stderr };
  };
}
