import type { ModelMessage } from "./stub-model-log.ts";

/** A message as the script reads it: what the caller wrote apart from what tools gave back. */
export interface ScriptMessage extends ModelMessage {
  /** Its text blocks, without tool results. */
  readonly said: readonly string[];
  readonly toolResult: string | undefined;
}

/** One tool call. */
export interface ToolCall {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What the model does next. */
export interface Move {
  readonly say?: string;
  /** Tool calls of one answer, in parallel. */
  readonly calls?: readonly ToolCall[];
  /** Waits before any output, after output began, or at a gate before any output. */
  readonly slowMs: number;
  readonly dripMs: number;
  readonly hold: string | undefined;
  readonly failStatus: number | undefined;
}

/**
 * Reads the script words of the newest prompt, anywhere in it, also in the context that hooks add:
 *
 *     [[run CMD ;; CMD]]     call the shell tool, each    [[slow MS]]    wait before the first output
 *     [[agent PROMPT]]       call the sub-agent tool      [[drip MS]]    wait after the first output
 *     [[call TOOL {JSON}]]   call any tool                [[hold NAME]]  wait before output until the test releases it
 *     [[say TEXT]]           answer with it               [[fail STATUS]]  answer with an HTTP error
 *
 * Several actions are taken one a request, in order; waits and failures apply to each. Without an action the answer is
 * `PONG` and the prompt's end, or `DONE` and the tool's result. An interrupted prompt's words no longer count.
 */
export function nextMove(messages: readonly ScriptMessage[], tools: readonly string[]): Move {
  const start = promptIndex(messages);
  const words =
    tools.length === 0
      ? []
      : messages.slice(start, start + 1).flatMap((prompt) => readWords(newestText(prompt)));
  const taken = messages.slice(start + 1).filter((message) => message.role === "assistant").length;
  const argument = (verb: string) => words.find((word) => word.verb === verb)?.argument;
  const action = words.filter((word) => word.verb in actions)[taken];
  const move =
    action === undefined ? { say: echo(messages) } : (actions[action.verb] ?? sayNothing)(action.argument);
  return {
    ...move,
    slowMs: Number(argument("slow") ?? 0),
    dripMs: Number(argument("drip") ?? 0),
    hold: argument("hold"),
    failStatus: words.some((word) => word.verb === "fail") ? Number(argument("fail")) : undefined,
  };
}

interface Word {
  readonly verb: string;
  readonly argument: string;
}

/** The message that the current turn obeys: the newest one with words; a later prompt without any ends its reign. */
function promptIndex(messages: readonly ScriptMessage[]): number {
  const since = messages.findLastIndex((message) => message.said.some(isInterruption));
  const index = messages.findLastIndex((message, i) => i >= since && isPrompt(message));
  return Math.max(index, since, 0);
}

function isInterruption(block: string): boolean {
  return block.startsWith("[Request interrupted by user");
}

/** Hooks' context may come as a system message: it speaks for the turn only where it has words. */
function isPrompt(message: ScriptMessage): boolean {
  if (message.role === "assistant") return false;
  const text = newestText(message);
  return readWords(text).length > 0 || (message.role === "user" && plain(text) !== "");
}

/** The newest block that counts: the CLI joins an abandoned prompt, the mark of its interruption and the next prompt. */
function newestText(message: ScriptMessage): string {
  const live = message.said.slice(message.said.findLastIndex(isInterruption) + 1);
  return live.findLast((block) => readWords(block).length > 0 || plain(block) !== "") ?? "";
}

function plain(text: string): string {
  return text.replace(/<system-reminder>[\s\S]*?<\/system-reminder>/g, "").trim();
}

function readWords(text: string): Word[] {
  return [...text.matchAll(/\[\[(run|agent|call|say|slow|drip|hold|fail) ([\s\S]*?)\]\]/g)].map((match) => ({
    verb: match[1] ?? "",
    argument: (match[2] ?? "").trim(),
  }));
}

type Action = Pick<Move, "say" | "calls">;

const actions: Readonly<Record<string, (argument: string) => Action>> = {
  run: (commands) => ({
    calls: commands
      .split(" ;; ")
      .map((command) => ({ tool: "Bash", input: { command, description: "Run it" } })),
  }),
  agent: (prompt) => ({
    calls: [{ tool: "Agent", input: { description: "probe", prompt, subagent_type: "general-purpose" } }],
  }),
  call: (argument) => {
    const [tool = "", ...rest] = argument.split(" ");
    return { calls: [{ tool, input: JSON.parse(rest.join(" ")) }] };
  },
  say: (text) => ({ say: text }),
};

function sayNothing(): Action {
  return { say: "" };
}

function echo(messages: readonly ScriptMessage[]): string {
  const newest = messages.findLast((message) => message.role === "user");
  const text = newest === undefined ? "" : plain(newestText(newest));
  if (text === "" && newest?.toolResult !== undefined) return `DONE ${newest.toolResult.trim().slice(0, 80)}`;
  return `PONG ${text.slice(-60).replace(/\s+/g, " ")}`;
}
