import { z } from "zod";
import { lineOf, type OpenAnswers } from "../cli/answers.ts";

const lineSchema = z.looseObject({
  timestamp: z.string(),
  type: z.string(),
  payload: z.looseObject({ type: z.string(), role: z.string().optional() }),
});

type Line = z.infer<typeof lineSchema>;

const calls: ReadonlySet<string> = new Set(["function_call", "custom_tool_call", "local_shell_call"]);

/** The answers in a rollout file of Codex 0.169.0 (`~/.codex/sessions`): each thread has its own. */
export const codexAnswers: OpenAnswers = () => ({
  read: (text) => {
    const line = lineOf(lineSchema, text);
    if (line === undefined) return undefined;
    const at = Date.parse(line.timestamp);
    if (isAnswer(line)) return { is: "answer", at };
    return line.type === "event_msg" && line.payload.type === "turn_aborted"
      ? { is: "interruption", at }
      : undefined;
  },
});

function isAnswer({ type, payload }: Line): boolean {
  if (type !== "response_item") return false;
  return (payload.type === "message" && payload.role === "assistant") || calls.has(payload.type);
}
