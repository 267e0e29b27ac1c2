import { join } from "node:path";
import { z } from "zod";
import type { Paths } from "../config/paths.ts";
import { typedBodySchema } from "./attempt.ts";

/**
 * The socket of a `fleet wrap`, by its process: the daemon finds it by the lineage of a session's CLI. As short as the
 * daemon's own, for a socket's path may have about a hundred bytes.
 */
export function ptySocketOf({ runDir }: Pick<Paths, "runDir">, pid: number): string {
  return join(runDir, `pty-${pid}`);
}

/** The longest line of either side, in bytes. */
export const maxPtyLineBytes = 64 * 1024;

/** The last to look: nothing that a terminal would obey is written into one, whoever asks (ECOSYSTEM.md, Security 3). */
const typedLineSchema = z.string().regex(/^\P{Cc}+$/u, "a control character");
const pastedSchema = z.string().regex(/^(?:\P{Cc}|[\n\t])+$/u, "a control character");

/** What `fleet wrap` is asked, one JSON object a line. */
export const ptyAskSchema = z.discriminatedUnion("ask", [
  /** Who it is: answered by `here`. */
  z.strictObject({ ask: z.literal("hello") }),
  /**
   * To type a line and press Enter once that is safe. Answered by any number of `waiting`, by `free` each time it could
   * begin, in the end by `submitted` or `skipped`. Who hangs up wants it no more.
   */
  z.strictObject({
    ask: z.literal("type"),
    line: typedLineSchema,
    /** In place of the line, where the command takes pastes in brackets. */
    body: typedBodySchema.extend({ text: pastedSchema }).optional(),
    /** RFC 3339, as in a wake attempt. */
    idleSince: z.string().optional(),
    /** From the text to Enter: an Enter that comes sooner can be lost (HOOKS.md §5). */
    pasteWaitMs: z.int().min(0).max(5000),
  }),
  /** The answer to `free`: whether it is still wanted, asked at the last moment. */
  z.strictObject({ ask: z.literal("go"), isWanted: z.boolean() }),
]);
export type PtyAsk = z.infer<typeof ptyAskSchema>;

/** What `fleet wrap` says, one JSON object a line. */
export const ptyAnswerSchema = z.discriminatedUnion("is", [
  z.object({ is: z.literal("here"), id: z.string(), pid: z.int().positive() }),
  z.object({ is: z.literal("waiting"), reason: z.string() }),
  z.object({ is: z.literal("free") }),
  z.object({ is: z.literal("submitted") }),
  z.object({ is: z.literal("skipped"), reason: z.string() }),
]);
export type PtyAnswer = z.infer<typeof ptyAnswerSchema>;

/** Cuts a stream into lines and gives each one's JSON to `take`; what is none, what is too long and what `take` throws at goes to `refuse`. */
export function jsonLines(take: (value: unknown) => void, refuse: (error: unknown) => void) {
  const decoder = new TextDecoder(); // a character may come in pieces
  let text = "";
  return (chunk: Buffer): void => {
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    try {
      if (text.length > maxPtyLineBytes) throw new Error(`a line of more than ${maxPtyLineBytes} bytes`);
      for (const line of lines) take(JSON.parse(line));
    } catch (error) {
      refuse(error);
    }
  };
}
