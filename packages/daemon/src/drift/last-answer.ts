import { lastAnswer, openRegularFile, type AnswerReader } from "@fleetbus/hooks";

/** One line may hold a whole tool's result: an answer that is further from the end than this is not seen. */
const tailBytes = 256 * 1024;

/**
 * When the model last answered by a CLI's own record of the conversation, in milliseconds since 1970. Undefined: not
 * among its last 256 KiB, or the human interrupted it, which not every CLI's hooks tell of. Rejects where it cannot be read.
 */
export async function lastAnswerAt(path: string, reader: AnswerReader): Promise<number | undefined> {
  // The first line of a tail is cut, the last may be half written: the reader says nothing of either.
  const lines = (await tailOf(path)).split("\n");
  return lastAnswer(lines.flatMap((line) => reader.read(line) ?? []));
}

async function tailOf(path: string): Promise<string> {
  const file = await openRegularFile(path);
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - tailBytes);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(size - from), position: from });
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}
