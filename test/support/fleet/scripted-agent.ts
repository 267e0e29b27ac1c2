import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { z } from "zod";
import { callApi } from "./api.ts";
import type { Fleet } from "./fleet.ts";

/** An agent whose every hook the test calls itself, to the millisecond. It keeps no transcript. */
export interface ScriptedAgent {
  readonly name: string;
  readonly pid: number;
  /** A hook of the session, as the demo agent calls it; gives the context in its answer, empty for none. */
  hook(event: string, payload?: object): Promise<string>;
  /** What a hook of the running turn would say. */
  payload(event: string): object;
  /** Starts a turn; gives the context that came with it. */
  prompt(text: string): Promise<string>;
  /** The end of the running turn, or of its continuation; gives the context that continues it. */
  stop(): Promise<string>;
  /** Hangs as the waiting hook does; gives the text that wakes the session. */
  wait(timeoutMs?: number): Promise<string>;
  close(): Promise<void>;
}

const contextSchema = z.object({ hookSpecificOutput: z.object({ additionalContext: z.string() }) });

/** Registers it; its process is a stand-in that sleeps. */
export async function startScriptedAgent(fleet: Fleet, name: string): Promise<ScriptedAgent> {
  const body = spawn("sleep", ["3600"], { stdio: "ignore" });
  await once(body, "spawn");
  const session_id = randomUUID();
  const turn = { id: "", isContinued: false };
  const base = { session_id, cwd: `${fleet.home}/${name}`, permission_mode: "default" };
  const call = (path: string, payload: object, timeoutMs = 10_000) => {
    const headers = { "x-fleet-pid": String(body.pid), "x-fleet-session": name };
    return callApi({
      socket: fleet.paths.socketFile,
      method: "POST",
      path,
      body: { ...base, ...payload },
      headers,
      timeoutMs,
    });
  };
  const hook = async (event: string, payload: object = {}) => {
    const answer = await call(`/v1/hook/demo/${event}`, { hook_event_name: event, ...payload });
    return answer.status === 200 ? contextSchema.parse(answer.json).hookSpecificOutput.additionalContext : "";
  };
  await hook("SessionStart", { source: "startup" });
  return {
    name,
    pid: body.pid ?? 0,
    hook: (event, payload) => hook(event, { ...(turn.id === "" ? {} : { prompt_id: turn.id }), ...payload }),
    payload: (event) => ({ ...base, hook_event_name: event, prompt_id: turn.id, background_tasks: [] }),
    prompt: (prompt) => {
      Object.assign(turn, { id: randomUUID(), isContinued: false });
      return hook("UserPromptSubmit", { prompt, prompt_id: turn.id });
    },
    stop: async () => {
      const facts = { prompt_id: turn.id, last_assistant_message: "ok", background_tasks: [] };
      const context = await hook("Stop", { ...facts, stop_hook_active: turn.isContinued });
      turn.isContinued = context !== "";
      return context;
    },
    wait: async (timeoutMs = 10_000) =>
      (await call("/v1/wait/demo", { hook_event_name: "Stop" }, timeoutMs)).text,
    close: () => end(body),
  };
}

async function end(body: ChildProcess): Promise<void> {
  const gone = once(body, "exit");
  body.kill("SIGKILL");
  await gone;
}
