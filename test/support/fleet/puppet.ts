import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { runHook, type HookResult } from "./hook.ts";

/** An agent CLI whose process is real and whose hooks the test calls, through the installed client. */
export interface Puppet {
  readonly name: string;
  readonly pid: number;
  /** The CLI's own id of the session; another one after `clear`. */
  readonly sessionId: string;
  /** Calls one hook; gives the context that it printed for the model, "" for none. */
  hook(event: string, payload?: object): Promise<string>;
  /** A prompt with an id of its own; the hooks after it bear it too. */
  prompt(text: string): Promise<string>;
  /** What `/clear` does: the same process goes on under another session id. Gives what its start printed. */
  clear(): Promise<string>;
  /** kill -9. */
  kill(): Promise<void>;
}

/** Where it lives. */
export interface PuppetPlace {
  readonly name: string;
  readonly home: string;
  /** The installed hook client. */
  readonly client: string;
  /** Of its hooks, as `FLEET_SESSION` or `TMUX_PANE`. */
  readonly env?: Readonly<Record<string, string>>;
  /** More environment of its process. */
  readonly processEnv?: Readonly<Record<string, string>>;
  /** Whose hooks it calls; those of the demo agent unless said. */
  readonly cli?: string;
  /** The process to speak for, where there is one already. */
  readonly pid?: number;
}

const outputSchema = z.union([
  z
    .object({ hookSpecificOutput: z.object({ additionalContext: z.string() }) })
    .transform(({ hookSpecificOutput }) => hookSpecificOutput.additionalContext),
  z.object({ decision: z.literal("block"), reason: z.string() }).transform(({ reason }) => reason),
]);

/** Starts the process and calls its SessionStart. */
export async function startPuppet(place: PuppetPlace): Promise<Puppet> {
  const cwd = join(place.home, "agents", place.name);
  await mkdir(cwd, { recursive: true });
  const child =
    place.pid === undefined
      ? spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"], {
          ...{ cwd, stdio: "ignore" as const },
          env: { ...process.env, ...place.processEnv },
        })
      : undefined;
  const pid = child?.pid ?? place.pid ?? 0;
  const now = { sessionId: randomUUID(), promptId: randomUUID() };
  const call = async (event: string, payload: object) => {
    const base = { session_id: now.sessionId, prompt_id: now.promptId, cwd, hook_event_name: event };
    const { client, cli = "demo", env = {} } = place;
    return contextOf(
      await runHook({ client, cli, event, pid, env, payload: { ...base, ...payload } }).result,
    );
  };
  await call("SessionStart", { source: "startup" });
  return {
    name: place.name,
    pid,
    get sessionId() {
      return now.sessionId;
    },
    hook: (event, payload = {}) => call(event, payload),
    prompt: (prompt) => {
      now.promptId = randomUUID();
      return call("UserPromptSubmit", { prompt, permission_mode: "default" });
    },
    clear: async () => {
      await call("SessionEnd", { reason: "clear" });
      now.sessionId = randomUUID();
      return call("SessionStart", { source: "clear" });
    },
    kill: async () => {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}

function contextOf({ code, stdout, stderr }: HookResult): string {
  if (code !== 0) throw new Error(`a hook ended with ${code}: ${stderr}`);
  return stdout === "" ? "" : outputSchema.parse(JSON.parse(stdout));
}
