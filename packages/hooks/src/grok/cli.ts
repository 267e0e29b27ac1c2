import type { SessionEventKind } from "@fleetbus/core";
import { fieldAt } from "../cli/field-at.ts";
import { hookCli, type HookCli } from "../cli/hook-cli.ts";
import type { HookPayload } from "../cli/payload.ts";
import { cliEvent, type CliTable } from "../cli/table.ts";

const base = ["sessionId", "cwd", "hookEventName"];
const tool = [...base, "toolName", "toolUseId"];

/**
 * Grok Build 1.0.41 (HOOKS.md 4). What a prompt's or a start's hook prints is discarded; a stop takes context. Its
 * payloads carry both spellings of some names, and of others the camel-case one alone.
 */
export const grokTable: CliTable = {
  name: "grok",
  events: {
    SessionStart: cliEvent("session.started", [...base, "source"]),
    SessionEnd: cliEvent("session.ended", [...base, "reason"]),
    UserPromptSubmit: cliEvent("prompt.submitted", [...base, "promptId", "prompt"]),
    PreToolUse: cliEvent("tool.started", tool, { context: "adds" }),
    PostToolUse: cliEvent("tool.finished", tool, { context: "adds" }),
    PostToolUseFailure: cliEvent("tool.failed", tool),
    PermissionDenied: cliEvent("permission.resolved", base),
    Notification: cliEvent("notification.raised", [...base, "notificationType", "message"], {
      kindOf: ({ notification_type: type }) =>
        type === "permission_prompt" ? "permission.requested" : "notification.raised",
    }),
    // After its end it says once more that it stopped.
    Stop: cliEvent("turn.stopped", [...base, "reason", "stopHookActive"], {
      context: "continues",
      kindOf: ({ reason }) => (reason === "shutdown" ? undefined : "turn.stopped"),
    }),
    StopFailure: cliEvent("turn.failed", [...base, "promptId", "error"], { kindOf: failureOf }),
    StopCancelled: cliEvent("turn.interrupted", base),
    SubagentStart: cliEvent("subagent.started", [...base, "subagentId", "subagentType"]),
    PreCompact: cliEvent("context.compacted", [...base, "source"]),
  },
  fields: {
    ...{ session_id: "sessionId", transcript_path: "transcriptPath", permission_mode: "permissionMode" },
    ...{ prompt_id: "promptId", agent_id: "subagentId", agent_type: "subagentType", trigger: "source" },
    ...{ tool_name: "toolName", tool_use_id: "toolUseId", tool_input: "toolInput" },
    ...{ duration_ms: "durationMs", stop_hook_active: "stopHookActive" },
    ...{ last_assistant_message: "lastAssistantMessage", background_tasks: "backgroundTasks" },
    notification_type: "notificationType",
  },
  isOwnProcess: true,
  hasProof: false,
  // Seen: 10,000 characters of context pass, 10,001 do not; of a reason, 256.
  maxContextBytes: 9_500,
  denial: { event: "PreToolUse", shape: "permission", maxBytes: 250 },
  // Grok overrides a hook after 8; one is left to the user's own hooks.
  maxContinuations: 7,
  work: {
    writes: { write: "file_path", search_replace: "file_path" },
    shell: "run_terminal_command",
    output: "toolResult.output_for_prompt",
    exitCode,
  },
  isForeign: isSubagents,
};

/** Grok Build. */
export const grokCli: HookCli = hookCli(grokTable);

/** Too many requests it tries again by itself first; a text that names a quota is of a limit that lasts. */
function failureOf({ error, last_assistant_message: text = "" }: HookPayload): SessionEventKind {
  return error === "rate_limit" && /\b(usage|spend\w*)[ _]limit|\bquota\b|\bout of credits\b/i.test(text)
    ? "turn.parked"
    : "turn.failed";
}

/** What a sub-agent tells bears an id of its own as the session's: it would look like a session. Its start is told by its parent. */
function isSubagents(payload: Readonly<Record<string, unknown>>): boolean {
  return payload["subagentType"] !== undefined && payload["hookEventName"] !== "subagent_start";
}

/** A command that goes on in the background has none yet, one that took too long has not its own. */
function exitCode(payload: HookPayload): number | undefined {
  const code = fieldAt(payload, "toolResult.exit_code");
  const isCut = payload["isBackgrounded"] === true || fieldAt(payload, "toolResult.timed_out") === true;
  return typeof code === "number" && !isCut ? code : undefined;
}
