import { hookCli, type HookCli } from "../cli/hook-cli.ts";
import { fieldAt } from "../cli/field-at.ts";
import type { HookPayload } from "../cli/payload.ts";
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
  work: {
    writes: { Write: "file_path", Edit: "file_path", MultiEdit: "file_path", NotebookEdit: "notebook_path" },
    shell: "Bash",
    output: "error",
    exitCode,
  },
  isForeign: isGrokPayload,
};

/** Claude Code. */
export const claudeCli: HookCli = hookCli(claudeTable);

/** Grok runs the hooks of Claude's settings as well; its payloads carry both spellings of each name (HOOKS.md 4). */
function isGrokPayload(payload: Readonly<Record<string, unknown>>): boolean {
  return payload["hookEventName"] !== undefined;
}

/** A code that is not 0 comes as a failure (seen); what runs in the background has none yet, what Esc ended never will. */
function exitCode({ error, tool_input: input, tool_response: response }: HookPayload): number | undefined {
  if (error !== undefined) {
    const [, code] = /^Exit code (\d+)/.exec(error) ?? [];
    return code === undefined ? undefined : Number(code);
  }
  const isEnded = fieldAt(input, "run_in_background") !== true && fieldAt(response, "interrupted") !== true;
  return isEnded ? 0 : undefined;
}
