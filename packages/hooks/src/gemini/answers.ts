import { z } from "zod";
import { lineOf, type OpenAnswers } from "../cli/answers.ts";

const lineSchema = z.looseObject({ timestamp: z.string(), type: z.string(), content: z.unknown() });
const spokenSchema = z.array(z.looseObject({ text: z.string() })).nonempty();

/**
 * The answers in a chat file of Gemini CLI 0.61.0 (`~/.gemini/tmp/<project>/chats`). What a cancelled request had called
 * is written once more after its cancellation: until the next prompt that is no answer.
 */
export const geminiAnswers: OpenAnswers = () => {
  let isCancelled = false;
  return {
    read: (text) => {
      const line = lineOf(lineSchema, text);
      if (line === undefined) return undefined;
      const { type, content, timestamp } = line;
      if (type === "user" && spokenSchema.safeParse(content).success) isCancelled = false;
      const at = Date.parse(timestamp);
      if (type === "info" && content === "Request cancelled.") {
        isCancelled = true;
        return { is: "interruption", at };
      }
      return type === "gemini" && !isCancelled ? { is: "answer", at } : undefined;
    },
  };
};
