import { randomUUID } from "node:crypto";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { HookRunner } from "./hooks.ts";
import { askModel, type ModelAnswer } from "./model.ts";
import type { Transcript } from "./transcript.ts";

const run = promisify(execFile);
const maxContinuations = 8;

/** What a conversation works with. */
export interface ConversationDeps {
  readonly sessionId: string;
  readonly cwd: string;
  readonly hooks: HookRunner;
  readonly transcript: Transcript;
  readonly modelUrl: string | undefined;
  /** Something to show to who looks at the terminal. */
  say(text: string): void;
  onRewake(text: string): void;
}

/** How a turn ended: `rewound` by an interrupt before any output, as if it had never been prompted. */
export type TurnEnd = "stopped" | "interrupted" | "rewound" | "failed";

interface Turn {
  readonly promptId: string;
  readonly signal: AbortSignal;
  hasOutput: boolean;
}

/** The turns of one conversation: prompt, model, tools, end, each with its hooks, like the CLI that it stands for. */
export function conversation(deps: ConversationDeps) {
  const texts: string[] = [];
  const base = (event: string, promptId?: string) => ({
    session_id: deps.sessionId,
    transcript_path: deps.transcript.path,
    cwd: deps.cwd,
    ...(promptId === undefined ? {} : { prompt_id: promptId, permission_mode: "default" }),
    hook_event_name: event,
  });

  const start = async () => {
    const payload = { ...base("SessionStart"), source: "startup", model: "parrot" };
    const { context } = await deps.hooks.run("SessionStart", payload);
    await deps.transcript.context("SessionStart", context);
    texts.push(...context);
    await deps.hooks.background("SessionStart", payload, deps.onRewake);
  };

  const turn = async (prompt: string, signal: AbortSignal): Promise<TurnEnd> => {
    const current: Turn = { promptId: randomUUID(), signal, hasOutput: false };
    const before = texts.length;
    try {
      await converse(prompt, current);
      return "stopped";
    } catch (error) {
      return broken(error, current, before);
    }
  };

  /** An interrupt tells no hook, like that of the CLI that it stands for. */
  const broken = async (
    error: unknown,
    { signal, hasOutput, promptId }: Turn,
    before: number,
  ): Promise<TurnEnd> => {
    if (!signal.aborted) {
      deps.say(`the turn failed: ${String(error)}`);
      await deps.hooks.run("StopFailure", {
        ...base("StopFailure", promptId),
        error: "server_error",
        last_assistant_message: String(error),
      });
      return "failed";
    }
    if (hasOutput) {
      await deps.transcript.interrupted();
      return "interrupted";
    }
    deps.transcript.rewind();
    texts.length = before;
    return "rewound";
  };

  const converse = async (prompt: string, current: Turn) => {
    const { context } = await deps.hooks.run("UserPromptSubmit", {
      ...base("UserPromptSubmit", current.promptId),
      prompt,
    });
    await deps.transcript.user(prompt, current.promptId);
    await deps.transcript.context("UserPromptSubmit", context);
    texts.push([prompt, ...context].join("\n"));
    for (let continuation = 0; ; continuation += 1) {
      const text = await answer(current);
      const payload = {
        ...base("Stop", current.promptId),
        stop_hook_active: continuation > 0,
        last_assistant_message: text,
        background_tasks: [],
      };
      const stop = await deps.hooks.run("Stop", payload);
      if (stop.context.length === 0 || continuation >= maxContinuations)
        return deps.hooks.background("Stop", payload, deps.onRewake);
      await deps.transcript.context("Stop", stop.context);
      texts.push(...stop.context);
    }
  };

  /** Model requests until it answers with text. */
  const answer = async (current: Turn): Promise<string> => {
    for (;;) {
      current.signal.throwIfAborted();
      await deps.transcript.request(texts.slice(-3));
      const said = await askModel(
        deps.modelUrl,
        { session: deps.sessionId, texts: texts.slice(-3) },
        current.signal,
      );
      current.hasOutput = true;
      if (said.run === undefined) return finish(said, current);
      await tool(said.run, current);
    }
  };

  const finish = async (said: ModelAnswer, { promptId }: Turn): Promise<string> => {
    const text = said.text ?? "";
    await deps.transcript.assistant(text);
    deps.say(`● ${text}`);
    await deps.hooks.run("MessageDisplay", { ...base("MessageDisplay", promptId), final: true, delta: text });
    return text;
  };

  const tool = async (command: string, { promptId, signal }: Turn) => {
    const call = { tool_name: "Bash", tool_input: { command }, tool_use_id: randomUUID() };
    await deps.transcript.assistant(`runs ${command}`);
    const before = await deps.hooks.run("PreToolUse", { ...base("PreToolUse", promptId), ...call });
    if (before.denied !== undefined) return void texts.push(`denied: ${before.denied}`, ...before.context);
    const { stdout } = await run("sh", ["-c", command], { cwd: deps.cwd, signal }).catch(
      (error: unknown) => ({ stdout: String(error) }),
    );
    const after = await deps.hooks.run("PostToolUse", {
      ...base("PostToolUse", promptId),
      ...call,
      tool_response: { stdout },
    });
    const batch = await deps.hooks.run("PostToolBatch", {
      ...base("PostToolBatch", promptId),
      tool_calls: [call],
    });
    const contexts = [...before.context, ...after.context, ...batch.context];
    await deps.transcript.context("PostToolBatch", contexts);
    texts.push([`result: ${stdout}`, ...contexts].join("\n"));
  };

  const end = (reason: string) => deps.hooks.run("SessionEnd", { ...base("SessionEnd"), reason });
  return { start, turn, end };
}
