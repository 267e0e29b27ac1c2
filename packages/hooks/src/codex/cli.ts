import { hookCli, type HookCli } from "../cli/hook-cli.ts";
import { cliEvent, type CliTable } from "../cli/table.ts";

const base = ["session_id", "cwd", "hook_event_name"];
const turn = [...base, "turn_id"];
/** SessionEnd and Interrupt are held to 3 s. */
const short = { timeout: 3 };

/**
 * Codex 0.169.0 (HOOKS.md 2). Its hooks run in one daemon that all its sessions share, so only the payload says whose
 * they are: pid and pane in their environment are those of the first session. With `--disable daemon_auto_start` (`fleet
 * launch`) they run in the window's own process, which has a terminal; the daemon has none. A start is told with the first prompt.
 */
export const codexTable: CliTable = {
  name: "codex",
  events: {
    SessionStart: cliEvent("session.started", [...base, "source"], { context: "adds" }),
    SessionEnd: cliEvent("session.ended", [...base, "reason"], short),
    UserPromptSubmit: cliEvent("prompt.submitted", [...turn, "prompt"], { context: "adds" }),
    PreToolUse: cliEvent("tool.started", [...turn, "tool_name", "tool_use_id"], { context: "adds" }),
    PostToolUse: cliEvent("tool.finished", [...turn, "tool_name", "tool_use_id"], { context: "adds" }),
    PermissionRequest: cliEvent("permission.requested", [...turn, "tool_name"]),
    // No field for context there: going on is the only way to say something.
    Stop: cliEvent("turn.stopped", [...turn, "stop_hook_active", "last_assistant_message"], {
      ...{ context: "continues", answer: "block" },
    }),
    Interrupt: cliEvent("turn.interrupted", turn, short),
    SubagentStart: cliEvent("subagent.started", [...turn, "agent_id", "agent_type"]),
    SubagentStop: cliEvent("subagent.stopped", [...turn, "agent_id", "agent_type"]),
    PostCompact: cliEvent("context.compacted", [...turn, "trigger"]),
  },
  fields: { prompt_id: "turn_id" },
  isOwnProcess: "at a terminal",
  hasProof: false,
  // Seen: 10,000 bytes of UTF-8 pass, above it cuts the middle and names a file; a reason of 10,100 passes, of 12,288 not.
  maxContextBytes: 9_500,
  denial: { event: "PreToolUse", shape: "permission", maxBytes: 9_500 },
  // It has no cap of its own: 137 continuations in 20 s were seen.
  maxContinuations: 7,
  // Its shell's hook has the output alone (seen): whether tests passed it does not tell.
  work: {
    writes: {},
    patches: { tool: "apply_patch", field: "command" },
    shell: "Bash",
    output: "tool_response",
    exitCode: () => undefined,
  },
};

/** Codex. */
export const codexCli: HookCli = hookCli(codexTable);
