import { spawn, type ChildProcess } from "node:child_process";

/** What one run of the hook client gave. */
export interface HookResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A hook client that was started. */
export interface RunningHook {
  readonly child: ChildProcess;
  readonly result: Promise<HookResult>;
}

/** What to tell. `pid` is that of the agent it speaks for. */
export interface HookCall {
  readonly client: string;
  readonly event: string;
  readonly pid: number;
  /** A text is the payload as it is. */
  readonly payload: object | string;
  readonly cli?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the installed hook client as an agent CLI does. */
export function runHook({ client, event, pid, payload, cli = "demo", env = {} }: HookCall): RunningHook {
  const { PATH = "/usr/bin:/bin" } = process.env;
  const argv = event === "wait" ? ["wait", cli] : [cli, event];
  const child = spawn(client, argv, { env: { PATH, CLAUDE_PID: String(pid), ...env }, stdio: "pipe" });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  child.stdin.on("error", () => undefined); // killed before it read
  child.stdin.end(typeof payload === "string" ? payload : JSON.stringify(payload));
  const result = new Promise<HookResult>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      resolve({ code, signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    });
  });
  return { child, result };
}
