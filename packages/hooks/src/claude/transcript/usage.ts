import type { TokenUsage } from "@fleetbus/core";
import { z } from "zod";
import { linesOf } from "../../chat/lines.ts";
import type { ChatReader, ChatTail } from "../../chat/reader.ts";

const count = z.number().nonnegative().default(0);

const lineSchema = z.object({ timestamp: z.string(), isSidechain: z.boolean().optional() });

const answerSchema = lineSchema.extend({
  type: z.literal("assistant"),
  message: z.object({
    id: z.string(),
    usage: z.object({
      input_tokens: count,
      cache_creation_input_tokens: count,
      cache_read_input_tokens: count,
      output_tokens: count,
    }),
  }),
});

/** Claude Code's transcripts: each record of an answer bears what it used, the last one of an answer all of it. */
export const claudeUsage: ChatReader = {
  tokensIn: (tail, { sinceMs }) => (beginsBefore(tail, sinceMs) ? tokensOf(tail, sinceMs) : undefined),
};

/** Of a turn whose start is further back than the tail a part would be told for the whole. */
function beginsBefore({ lines, isWhole }: ChatTail, sinceMs: number): boolean {
  if (isWhole) return true;
  const [first] = linesOf(lines.slice(0, 50), lineSchema);
  return first !== undefined && Date.parse(first.timestamp) <= sinceMs;
}

function tokensOf({ lines }: ChatTail, sinceMs: number): TokenUsage | undefined {
  const own = linesOf(lines, answerSchema).filter(
    ({ timestamp, isSidechain }) => Date.parse(timestamp) >= sinceMs && isSidechain !== true,
  );
  const usages = [...new Map(own.map(({ message }) => [message.id, message.usage])).values()];
  if (usages.length === 0) return undefined;
  const sum = (of: (usage: (typeof usages)[number]) => number) =>
    usages.reduce((total, usage) => total + of(usage), 0);
  const cached = sum((usage) => usage.cache_read_input_tokens);
  const fresh = sum((usage) => usage.input_tokens + usage.cache_creation_input_tokens);
  return { input: fresh + cached, cached, output: sum((usage) => usage.output_tokens) };
}
