/**
 * A body in which nothing passes for fleet's fence or for what a CLI itself says to its model: the opening bracket of
 * fence marks and of system tags is changed to one that means nothing. Other markup stays as it is. Idempotent.
 */
export function neutralise(text: string): string {
  return text.replace(fenceMark, "(").replace(systemTag, "‹");
}

const fenceMark = /[[\uFF3B](?=\s*fleet\s*[:\uFF1A])/gi;

/** Words that make a tag one of a harness (HOOKS.md: what Claude, codex and gemini wrap hook output and prompts in). */
const words = [
  "system",
  "reminder",
  "hooks?",
  "prompt",
  "notification",
  "instructions?",
  "assistant",
  "human",
  "antml",
  "invoke",
  "function_(?:call|result)s?",
  "tool_(?:use|call|result)s?",
  "persisted-output",
  "pasted_content",
  "command-(?:name|message|args)",
  "(?:local-command|bash)-(?:input|stdout|stderr)",
  "(?:teammate|peer|cross-session|agent)-message",
  "channel",
];

const systemTag = new RegExp(
  String.raw`[<\uFF1C\uFE64](?=[\s/]{0,8}(?:\||(?:[\w.:-]{0,64}[-_:.])?(?:${words.join("|")})(?![a-z0-9])))`,
  "gi",
);
