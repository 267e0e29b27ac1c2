import { claudeUsage } from "../claude/transcript/usage.ts";
import { codexRollout } from "../codex/rollout.ts";
import { geminiChat } from "../gemini/chat.ts";
import type { ChatReader } from "./reader.ts";

const readers: ReadonlyMap<string, ChatReader> = new Map([
  ["claude", claudeUsage],
  ["codex", codexRollout],
  ["gemini", geminiChat],
]);

/** How a CLI's file of a conversation is read; undefined where fleet knows none. */
export function chatReaderOf(cli: string): ChatReader | undefined {
  return readers.get(cli);
}
