import { open } from "node:fs/promises";
import { z } from "zod";

/** One line may hold a whole tool's result: an answer that is further from the end than this is not seen. */
const tailBytes = 256 * 1024;

const contentSchema = z.union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))]);

const lineSchema = z.looseObject({
  type: z.enum(["assistant", "user"]),
  timestamp: z.string(),
  isSidechain: z.boolean().optional(),
  message: z.looseObject({ model: z.string().optional(), content: contentSchema.optional() }),
});

type Line = z.infer<typeof lineSchema>;

/**
 * When the model last answered in the main thread of a transcript in Claude Code's shape, in milliseconds since 1970.
 * Undefined: not among the last 256 KiB, or the human interrupted it, which no hook tells of. Rejects where the file
 * cannot be read.
 */
export async function lastAnswerAt(path: string): Promise<number | undefined> {
  const lines = (await tailOf(path)).split("\n");
  for (const text of lines.toReversed()) {
    const line = parse(text);
    if (line === undefined || line.isSidechain === true) continue;
    if (isInterruption(line)) return undefined;
    if (isAnswer(line)) return Date.parse(line.timestamp);
  }
  return undefined;
}

async function tailOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - tailBytes);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(size - from), position: from });
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The first line of a tail is cut, the last may be half written: neither is one. */
function parse(text: string): Line | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    return lineSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // half written
  }
}

/** What the CLI writes itself (a refusal, an error of the API) bears no model's name. */
function isAnswer({ type, message }: Line): boolean {
  return type === "assistant" && message.model !== undefined && message.model !== "<synthetic>";
}

function isInterruption({ type, message: { content } }: Line): boolean {
  if (type !== "user") return false;
  const texts = typeof content === "string" ? [content] : (content ?? []).map(({ text }) => text ?? "");
  return texts.some((text) => text.startsWith("[Request interrupted by user"));
}
