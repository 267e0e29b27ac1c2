import { hookCli, type HookCli } from "../cli/hook-cli.ts";
import type { CliTable } from "../cli/table.ts";
import { claudeEvents } from "./events.ts";

/** Claude Code 2.1.329 (HOOKS.md 1). */
export const claudeTable: CliTable = {
  name: "claude",
  events: claudeEvents,
  fields: {},
  isOwnProcess: true,
  hasProof: true,
  // One over 10,000 UTF-16 units is replaced by the path of a file and its first 2 KB (seen: 9,999 passes, 10,001 does
  // not); the rest is margin.
  maxContextBytes: 9_500,
  // A reason of 40,960 bytes was seen whole.
  denial: { event: "PreToolUse", shape: "permission", maxBytes: 9_500 },
  // Claude overrides a hook after 8 continuations; one is left to the user's own hooks.
  maxContinuations: 7,
  isForeign: isGrokPayload,
};

/** Claude Code. */
export const claudeCli: HookCli = hookCli(claudeTable);

/** Grok runs the hooks of Claude's settings as well; its payloads carry both spellings of each name (HOOKS.md 4). */
function isGrokPayload(payload: Readonly<Record<string, unknown>>): boolean {
  return payload["hookEventName"] !== undefined;
}
