import type { TokenUsage } from "@fleetbus/core";
import { z } from "zod";
import { linesOf } from "../chat/lines.ts";
import type { ChatReader, ChatTail } from "../chat/reader.ts";

const textSchema = z.object({ timestamp: z.string(), type: z.enum(["error", "info"]), content: z.string() });

const count = z.number().nonnegative();
const answerSchema = z.object({
  id: z.string(),
  timestamp: z.string(),
  type: z.literal("gemini"),
  tokens: z.object({ input: count, output: count, cached: count }),
});

/**
 * Gemini CLI's chat files (0.61.0, seen): to its hooks an error of the API ends a turn as Esc does, without an answer, and
 * Esc in a tool does not end it at all; the file has an `error` for the one, an `info` for the other.
 */
export const geminiChat: ChatReader = {
  failureIn: (tail, { sinceMs }) => {
    const error = textsSince(tail, sinceMs).findLast(({ type }) => type === "error");
    return error && { error: "api", text: error.content, isLimit: false };
  },
  interruptedAt: (tail, { sinceMs }) => {
    const texts = textsSince(tail, sinceMs);
    const cancelled = texts.findLast(
      ({ type, content }) => type === "info" && content === "Request cancelled.",
    );
    return cancelled && Date.parse(cancelled.timestamp);
  },
  tokensIn: (tail, { sinceMs }) => tokensOf(tail, sinceMs),
};

function textsSince({ lines }: ChatTail, sinceMs: number): readonly z.infer<typeof textSchema>[] {
  return linesOf(lines, textSchema).filter(({ timestamp }) => Date.parse(timestamp) >= sinceMs);
}

/** Its files are small: of a longer one nothing is told. */
function tokensOf({ lines, isWhole }: ChatTail, sinceMs: number): TokenUsage | undefined {
  const own = linesOf(lines, answerSchema).filter(({ timestamp }) => Date.parse(timestamp) >= sinceMs);
  const all = [...new Map(own.map(({ id, tokens }) => [id, tokens])).values()];
  if (!isWhole || all.length === 0) return undefined;
  const sum = (key: "input" | "output" | "cached") => all.reduce((total, tokens) => total + tokens[key], 0);
  return { input: sum("input"), cached: sum("cached"), output: sum("output") };
}
