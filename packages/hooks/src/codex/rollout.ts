import type { TokenUsage } from "@fleetbus/core";
import { z } from "zod";
import { linesOf } from "../chat/lines.ts";
import type { ChatReader, ChatTail, ChatTurn, TurnFailure } from "../chat/reader.ts";

const completeSchema = z.object({
  type: z.literal("event_msg"),
  payload: z.object({
    type: z.literal("task_complete"),
    turn_id: z.string(),
    error: z.object({
      message: z.string(),
      codex_error_info: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
    }),
  }),
});

const count = z.number().nonnegative();
const usageSchema = z.object({
  type: z.literal("token_usage_record"),
  timestamp: z.string(),
  payload: z.object({
    turn_id: z.string(),
    turn_token_usage: z.object({ input_tokens: count, cached_input_tokens: count, output_tokens: count }),
  }),
});

/**
 * Codex' rollout files (0.169.0, seen): at an error of the API no hook is called, and the turn's last record bears it; a
 * limit of the plan is `usage_limit_exceeded`. Each answer is followed by what its turn has used so far.
 */
export const codexRollout: ChatReader = {
  failureIn: ({ lines }, { promptId }) => {
    const ends = linesOf(lines, completeSchema);
    const end = ends.findLast(({ payload }) => payload.turn_id === promptId);
    return end && failureOf(end.payload.error);
  },
  tokensIn: tokensOf,
};

function failureOf({
  message,
  codex_error_info: info = "other",
}: z.infer<typeof completeSchema>["payload"]["error"]): TurnFailure {
  const error = typeof info === "string" ? info : (Object.keys(info)[0] ?? "other");
  return { error, text: message, isLimit: error === "usage_limit_exceeded" };
}

/** What the turn had used before that moment is not of it. */
function tokensOf({ lines }: ChatTail, { promptId, sinceMs }: ChatTurn): TokenUsage | undefined {
  const own = linesOf(lines, usageSchema).filter(({ payload }) => payload.turn_id === promptId);
  const [last, before] = [own.at(-1), own.findLast(({ timestamp }) => Date.parse(timestamp) < sinceMs)].map(
    (line) => line?.payload.turn_token_usage,
  );
  if (last === undefined || last === before) return undefined;
  return {
    input: last.input_tokens - (before?.input_tokens ?? 0),
    cached: last.cached_input_tokens - (before?.cached_input_tokens ?? 0),
    output: last.output_tokens - (before?.output_tokens ?? 0),
  };
}
