import type { TextTraits } from "@fleetbus/core";

/**
 * What ntfy takes. A message of 4,096 bytes is a file to it already, or an internal error where it came as JSON
 * (seen with 2.27); a title has no limit of its own, phones show a line.
 */
export const ntfyText: TextTraits = {
  ...{ maxTitle: 250, maxText: 4095, unit: "bytes" },
  overflow: ["truncate", "attach", "split"],
  maxFileBytes: 15_000_000, // attachment-file-size-limit, where a server keeps to what is usual
  escape: (value) => value, // plain text: Markdown only where a message asks for it, and ours do not
};

/** The longest JSON body the server reads: a text of quotes and newlines doubles in it. */
export const maxJsonBytes = 8192;

/** The last line of a notice that can be answered: how. */
export function answerLine(token: string, topic: string): string {
  return `Answer: ${token} your text → ${topic}`;
}

/** What is left for a text where each may get such a line. */
export function textWithAnswers(topic: string): TextTraits {
  const line = Buffer.byteLength(`\n${answerLine("x".repeat(maxToken), topic)}`);
  return { ...ntfyText, maxText: ntfyText.maxText - line };
}

const maxToken = 32; // core: ReplyOffer
