import type { SessionEventKind } from "@fleetbus/core";
import { cliEvent, type CliEvent } from "../cli/table.ts";
import type { HookPayload } from "../cli/payload.ts";

/** How a call of an event reaches the daemon: the tiny client, or Claude's own http hook where the user chose it. */
export type ClaudeTransport = "client" | "http";

/** What one lifecycle event of Claude Code means to a fleet, and how it is registered. */
export interface ClaudeEvent extends CliEvent {
  /** The transports that the CLI runs for it. */
  readonly transports: readonly ClaudeTransport[];
  /** A waiter starts with it: an `asyncRewake` hook that stays until the session is to be woken. */
  readonly startsWaiter: boolean;
  /** Registered only where a call costs no process: it fires up to ten times a second while text streams. */
  readonly isFrequent: boolean;
}

const base = ["session_id", "transcript_path", "cwd", "hook_event_name"];
const tool = ["prompt_id", "tool_name", "tool_use_id"];

/**
 * The events of Claude Code 2.1.329 that mean something to a fleet (HOOKS.md 1.2; contexts as seen with that version).
 * Left out: what changes no session (Setup, ConfigChange, InstructionsLoaded, FileChanged, model switches, tasks and
 * team mates of one session), what comes twice (UserPromptExpansion, PreCompact), and WorktreeCreate, whose hook
 * *replaces* the creation.
 */
export const claudeEvents = {
  SessionStart: event("session.started", ["source"], {
    context: "adds",
    transports: ["client"],
    startsWaiter: true,
  }),
  // Its waiter is there after Esc too, where no Stop would start one in place of the one that made the turn.
  UserPromptSubmit: event("prompt.submitted", ["prompt_id", "prompt", "permission_mode"], {
    context: "adds",
    startsWaiter: true,
  }),
  PreToolUse: event("tool.started", tool, { context: "adds" }),
  PostToolUse: event("tool.finished", tool, { context: "adds" }),
  PostToolUseFailure: event("tool.failed", [...tool, "error"], { context: "adds" }),
  PostToolBatch: event("tool.finished", ["prompt_id", "tool_calls"], { context: "adds", endsBatch: true }),
  PermissionRequest: event("permission.requested", ["prompt_id", "tool_name"]),
  PermissionDenied: event("permission.resolved", ["tool_name"]),
  Elicitation: event("permission.requested", ["message"]),
  ElicitationResult: event("permission.resolved", ["action"]),
  Notification: event("notification.raised", ["message", "notification_type"]),
  MessageDisplay: event("message.displayed", ["prompt_id", "index", "final"], {
    isFrequent: true,
    kindOf: ({ final, index }) => (final === true || index === 0 ? "message.displayed" : undefined),
  }),
  Stop: event(
    "turn.stopped",
    ["prompt_id", "stop_hook_active", "last_assistant_message", "background_tasks"],
    {
      context: "continues",
      startsWaiter: true,
    },
  ),
  StopFailure: event("turn.failed", ["prompt_id", "error"], { kindOf: failureOf }),
  SubagentStart: event("subagent.started", ["agent_id", "agent_type"], {
    kindOf: ofAgent("subagent.started"),
  }),
  SubagentStop: event("subagent.stopped", ["agent_id", "agent_type"], {
    kindOf: ofAgent("subagent.stopped"),
  }),
  PostCompact: event("context.compacted", ["trigger"]),
  // A timeout here raises the 1.5 s that all SessionEnd hooks have together.
  SessionEnd: event("session.ended", ["reason"], { timeout: 3 }),
} as const satisfies Readonly<Record<string, ClaudeEvent>>;

/** A name of the table. */
export type ClaudeEventName = keyof typeof claudeEvents;

/** The names, in the order of the table. */
export const claudeEventNames = Object.keys(claudeEvents).filter(isClaudeEvent);

/** Whether the event means something to a fleet. */
export function isClaudeEvent(name: string): name is ClaudeEventName {
  return Object.hasOwn(claudeEvents, name);
}

function event(
  kind: SessionEventKind,
  needs: readonly string[],
  rest: Partial<Omit<ClaudeEvent, "kind" | "needs">> = {},
): ClaudeEvent {
  const usual = { transports: ["client", "http"], startsWaiter: false, isFrequent: false } as const;
  return { ...usual, ...cliEvent(kind, [...base, ...needs], rest), ...rest };
}

/** Compaction runs in an agent without a type. */
function ofAgent(kind: SessionEventKind): (payload: HookPayload) => SessionEventKind | undefined {
  return ({ agent_type: type }) => (type === "" ? undefined : kind);
}

/** What Claude 2.1.329 says at a limit of the plan (read in the binary, not seen); any other rate limit passes by itself. */
const planLimit =
  /\b(hit|reached) your\b.*\blimit\b|\b(usage|spend) limit\b|\bout of usage\b|\brequires usage credits\b/i;

function failureOf({ error, last_assistant_message: lastText = "" }: HookPayload): SessionEventKind {
  const isLimit = error === "rate_limit" || error === "billing_error";
  return isLimit && planLimit.test(lastText) ? "turn.parked" : "turn.failed";
}
