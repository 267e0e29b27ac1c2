import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { dirname } from "node:path";

/** The record of a conversation, in the shape of Claude Code's transcript as far as fleet reads it. */
export interface Transcript {
  readonly path: string;
  user(text: string, promptId: string): Promise<void>;
  /** What a hook gave to the model's context. */
  context(event: string, texts: readonly string[]): Promise<void>;
  /** Everything that goes out with one model request. */
  request(texts: readonly string[]): Promise<void>;
  assistant(text: string): Promise<void>;
  /** An interrupt after output: the conversation goes on behind this mark. */
  interrupted(): Promise<void>;
  /** An interrupt before any output: what comes next hangs on what stood before the prompt. */
  rewind(): void;
}

/** A transcript in `path`; records are whole lines. */
export function transcript(path: string, sessionId: string): Transcript {
  let last: string | null = null;
  let beforePrompt: string | null = null;
  mkdirSync(dirname(path), { recursive: true });
  const write = async (record: object) => {
    await appendFile(
      path,
      `${JSON.stringify({ ...record, sessionId, timestamp: new Date().toISOString() })}\n`,
    );
  };
  const chained = async (record: object) => {
    const uuid = randomUUID();
    await write({ parentUuid: last, uuid, ...record });
    last = uuid;
  };
  return {
    path,
    user: (text, promptId) => {
      beforePrompt = last;
      return chained({ type: "user", promptId, message: { role: "user", content: text } });
    },
    context: async (hookEvent, texts) => {
      for (const text of texts) {
        const attachment = { type: "hook_additional_context", hookEvent, content: [text] };
        await chained({ type: "attachment", attachment });
      }
    },
    request: async (texts) => {
      const content = texts.map((text) => ({ type: "text", text }));
      const hash = randomUUID();
      await write({ type: "api-request-blob", hash, message: { role: "user", content } });
      await write({ type: "api-request", id: randomUUID(), keep: 0, tail: [hash] });
    },
    assistant: (text) =>
      chained({ type: "assistant", message: { role: "assistant", content: [{ type: "text", text }] } }),
    interrupted: () =>
      chained({
        type: "user",
        message: { role: "user", content: [{ type: "text", text: "[Request interrupted by user]" }] },
      }),
    rewind: () => void (last = beforePrompt),
  };
}
