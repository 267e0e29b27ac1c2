import type { SessionEventKind } from "@fleetbus/core";
import { fieldAt } from "../cli/field-at.ts";
import { hookCli, type HookCli } from "../cli/hook-cli.ts";
import type { HookPayload } from "../cli/payload.ts";
import { cliEvent, type CliTable } from "../cli/table.ts";

const base = ["session_id", "cwd", "hook_event_name"];
/** Timeouts are milliseconds here. */
const usual = { timeout: 10_000 };

/**
 * Gemini CLI 0.61.0 (HOOKS.md 3). Left out: what fires with each model call, for every hook is waited for and shown
 * (BeforeModel, AfterModel, BeforeToolSelection, PreCompress). BeforeTool takes no context, but a denial.
 */
export const geminiTable: CliTable = {
  name: "gemini",
  events: {
    SessionStart: cliEvent("session.started", [...base, "source"], { ...usual, context: "adds" }),
    // It fires three times at an exit: the table of states takes the first.
    SessionEnd: cliEvent("session.ended", [...base, "reason"], usual),
    BeforeAgent: cliEvent("prompt.submitted", [...base, "prompt"], { ...usual, context: "adds" }),
    BeforeTool: cliEvent("tool.started", [...base, "tool_name"], usual),
    AfterTool: cliEvent("tool.finished", [...base, "tool_name"], {
      ...usual,
      ...{ context: "adds", kindOf: endOfTool },
    }),
    AfterAgent: cliEvent("turn.stopped", [...base, "prompt_response", "stop_hook_active"], {
      ...usual,
      ...{ context: "continues", answer: "block", kindOf: endOf },
    }),
    Notification: cliEvent("notification.raised", [...base, "notification_type", "message"], {
      ...usual,
      kindOf: ({ notification_type: type }) =>
        type === "ToolPermission" ? "permission.requested" : "notification.raised",
    }),
  },
  fields: { last_assistant_message: "prompt_response" },
  isOwnProcess: true,
  hasProof: false,
  // Seen: 40,960 bytes pass whole, at each place and as a reason; more was not tried.
  maxContextBytes: 40_000,
  denial: { event: "BeforeTool", shape: "decision", maxBytes: 40_000 },
  // It stops only what its loop detector finds.
  maxContinuations: 7,
  work: {
    writes: { write_file: "file_path", replace: "file_path" },
    shell: "run_shell_command",
    output: "tool_response.llmContent",
    exitCode,
  },
};

/** Gemini CLI. */
export const geminiCli: HookCli = hookCli(geminiTable);

/** Esc in a shell command ends the turn without any other hook. What a command prints stands behind a label there. */
function endOfTool(payload: HookPayload): SessionEventKind {
  const said = fieldAt(payload, "tool_response.llmContent");
  return typeof said === "string" && cancelled.test(said) ? "turn.interrupted" : "tool.finished";
}

const cancelled = /^(<untrusted_context>\n)?Command was cancelled by user before it could /u;

/** Esc looks like a normal end, but for the text (seen). */
function endOf({ last_assistant_message: text }: HookPayload): SessionEventKind {
  return text === "[no response text]" ? "turn.interrupted" : "turn.stopped";
}

const exitLine = /\nExit Code: (\d+)(?:\n[A-Z][\w ]*: [^\n]*)*(?:\n<\/untrusted_context>)?\s*$/u;

/** It stands below the output, where it is not 0 (seen); a command that runs on in the background has none. */
function exitCode(payload: HookPayload): number | undefined {
  const said = fieldAt(payload, "tool_response.llmContent");
  if (typeof said !== "string" || fieldAt(payload.tool_input, "is_background") === true) return undefined;
  if (!/^(?:<untrusted_context>\n)?Output: /.test(said)) return undefined;
  return Number(exitLine.exec(said)?.[1] ?? 0);
}
