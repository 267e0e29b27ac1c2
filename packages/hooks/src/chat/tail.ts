import { openRegularFile } from "../regular-file.ts";
import type { ChatTail } from "./reader.ts";

/** A turn of many long tool results; read once at its end. */
const tailBytes = 1024 * 1024;

/** The end of a file of lines; rejects where it cannot be read, and for what is no regular file. */
export async function readChatTail(path: string): Promise<ChatTail> {
  const file = await openRegularFile(path);
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - tailBytes);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(size - from), position: from });
    const lines = buffer.toString("utf8", 0, bytesRead).split("\n");
    return { lines: from === 0 ? lines : lines.slice(1), isWhole: from === 0 };
  } finally {
    await file.close();
  }
}
