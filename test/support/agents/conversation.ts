import type { ScriptMessage } from "../stub-model-script.ts";

/** A message as the script reads it. */
export function said(role: string, text: string): ScriptMessage {
  return { role, text, said: [text], toolResult: undefined };
}

/** What a tool gave back. */
export function result(text: string): ScriptMessage {
  return { role: "user", text, said: [], toolResult: text };
}

/** Text of a content that is a string, a list of blocks, or nothing. */
export function flat(content: unknown): string {
  if (typeof content === "string") return content;
  if (Array.isArray(content)) return content.map(flat).join("\n");
  if (typeof content !== "object" || content === null) return "";
  return "text" in content ? flat(content.text) : "content" in content ? flat(content.content) : "";
}

/** An id that no other answer bears. */
export function newId(prefix: string): string {
  return `${prefix}_${crypto.randomUUID().replaceAll("-", "")}`;
}
