import { timeLimit } from "@fleetbus/core";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { z } from "zod";

const handlerSchema = z.looseObject({
  type: z.string(),
  command: z.string().optional(),
  args: z.array(z.string()).optional(),
  timeout: z.number().optional(),
  asyncRewake: z.boolean().optional(),
});
const settingsSchema = z.looseObject({
  hooks: z.record(z.string(), z.array(z.looseObject({ hooks: z.array(handlerSchema) }))).default({}),
});

type Handler = z.infer<typeof handlerSchema>;

/** What the hooks of one event said. */
export interface HookOutcome {
  readonly context: readonly string[];
  /** A tool call that may not run, with the reason for the model. */
  readonly denied?: string;
}

/** Runs the hooks of a settings file in Claude Code's shape. */
export interface HookRunner {
  /** Runs the event's command hooks side by side and waits for them. A hook that fails is ignored. */
  run(event: string, payload: object): Promise<HookOutcome>;
  /** Starts the event's waiting hooks in the background; `onRewake` gets the text of one that wants a turn. */
  background(event: string, payload: object, onRewake: (text: string) => void): Promise<void>;
  /** Ends what runs in the background. */
  close(): void;
}

/** The runner of the hooks in `file`, read at each event, so that hooks may be installed while the agent runs. */
export function hookRunner(file: string, env: NodeJS.ProcessEnv): HookRunner {
  const waiting = new Set<AbortController>();
  return {
    run: async (event, payload) => {
      const handlers = (await handlersOf(file, event)).filter((handler) => handler.asyncRewake !== true);
      const results = await Promise.all(handlers.map((handler) => execute(handler, payload, { env })));
      const denied = results.find((result) => result.code === 2 && event === "PreToolUse")?.stderr;
      const context = results.flatMap((result) => contextIn(result.stdout));
      return denied === undefined ? { context } : { context, denied };
    },
    background: async (event, payload, onRewake) => {
      const handlers = (await handlersOf(file, event)).filter((handler) => handler.asyncRewake === true);
      for (const handler of handlers) {
        const stop = new AbortController();
        waiting.add(stop);
        void execute(handler, payload, { env, signal: stop.signal }).then((result) => {
          waiting.delete(stop);
          if (result.code === 2) onRewake(result.stderr);
        });
      }
    },
    close: () => waiting.forEach((stop) => stop.abort()),
  };
}

async function handlersOf(file: string, event: string): Promise<readonly Handler[]> {
  const text = await readFile(file, "utf8").catch(() => "{}"); // no hooks
  const settings = settingsSchema.parse(JSON.parse(text));
  return (settings.hooks[event] ?? [])
    .flatMap((group) => group.hooks)
    .filter((handler) => handler.type === "command");
}

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function execute(
  handler: Handler,
  payload: object,
  how: { env: NodeJS.ProcessEnv; signal?: AbortSignal },
): Promise<Result> {
  const [command, args, shell] = handler.args
    ? [handler.command ?? "", handler.args, false]
    : [handler.command ?? "", [], true];
  return new Promise((resolve) => {
    const limit = timeLimit((handler.timeout ?? 60) * 1000);
    const signal = how.signal ? AbortSignal.any([how.signal, limit]) : limit;
    const child = spawn(command, args, { shell, env: how.env, signal, stdio: ["pipe", "pipe", "pipe"] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    const done = (code: number | null) =>
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    child.on("close", done);
    child.on("error", () => done(null)); // not there, killed, timed out: ignored like any failing hook
    child.stdin.on("error", () => undefined); // it did not read its input
    child.stdin.end(JSON.stringify(payload));
  });
}

const outputSchema = z.looseObject({ hookSpecificOutput: z.looseObject({ additionalContext: z.string() }) });

function contextIn(stdout: string): readonly string[] {
  if (!stdout.startsWith("{")) return [];
  try {
    const parsed = outputSchema.safeParse(JSON.parse(stdout));
    return parsed.success ? [parsed.data.hookSpecificOutput.additionalContext] : [];
  } catch {
    return []; // cut off: discarded, as the real CLIs do
  }
}
