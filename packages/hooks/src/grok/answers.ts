import { z } from "zod";
import { lineOf, type OpenAnswers } from "../cli/answers.ts";

const lineSchema = z.looseObject({
  params: z.looseObject({
    sessionId: z.string(),
    update: z.looseObject({ sessionUpdate: z.string(), stop_reason: z.string().optional() }),
    _meta: z.looseObject({ agentTimestampMs: z.number() }),
  }),
});

const answers: ReadonlySet<string> = new Set(["agent_message_chunk", "tool_call"]);

/** The answers in a session's `updates.jsonl` of Grok Build 1.0.41; lines of other sessions say nothing of this one. */
export const grokAnswers: OpenAnswers = (session) => ({
  read: (text) => {
    const params = lineOf(lineSchema, text)?.params;
    if (params === undefined || (session !== undefined && params.sessionId !== session)) return undefined;
    const { sessionUpdate: update, stop_reason: reason } = params.update;
    const at = params._meta.agentTimestampMs;
    if (answers.has(update)) return { is: "answer", at };
    return update === "turn_completed" && reason === "cancelled" ? { is: "interruption", at } : undefined;
  },
});
