import type { SessionEventKind } from "@fleetbus/core";

/** How a call of an event reaches the daemon: the tiny client, or Claude's own http hook where the user chose it. */
export type ClaudeTransport = "client" | "http";

/** What one lifecycle event of Claude Code means to a fleet. */
export interface ClaudeEvent {
  readonly kind: SessionEventKind;
  /** Fields of the payload that the translation rests on: a missing one is drift. */
  readonly needs: readonly string[];
  /** `adds`: context in the answer reaches the model with its next request; `continues`: it makes a turn go on that was about to end. */
  readonly context: "none" | "adds" | "continues";
  /** The transports that the CLI runs for it. */
  readonly transports: readonly ClaudeTransport[];
  /** Seconds until the CLI gives the hook up; the client ends itself well before. */
  readonly timeoutS: number;
  /** A waiter starts with it: an `asyncRewake` hook that stays until the session is to be woken. */
  readonly startsWaiter: boolean;
  /** Registered only where a call costs no process: it fires up to ten times a second while text streams. */
  readonly isFrequent: boolean;
}

const base = ["session_id", "transcript_path", "cwd", "hook_event_name"];
const tool = ["prompt_id", "tool_name", "tool_use_id"];

const usual: Omit<ClaudeEvent, "kind" | "needs"> = {
  context: "none",
  transports: ["client", "http"],
  timeoutS: 10,
  startsWaiter: false,
  isFrequent: false,
};

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
  PostToolBatch: event("tool.finished", ["prompt_id", "tool_calls"], { context: "adds" }),
  PermissionRequest: event("permission.requested", ["prompt_id", "tool_name"]),
  PermissionDenied: event("permission.resolved", ["tool_name"]),
  Elicitation: event("permission.requested", ["message"]),
  ElicitationResult: event("permission.resolved", ["action"]),
  Notification: event("notification.raised", ["message", "notification_type"]),
  MessageDisplay: event("message.displayed", ["prompt_id", "index", "final"], { isFrequent: true }),
  Stop: event(
    "turn.stopped",
    ["prompt_id", "stop_hook_active", "last_assistant_message", "background_tasks"],
    {
      context: "continues",
      startsWaiter: true,
    },
  ),
  StopFailure: event("turn.failed", ["prompt_id", "error"]),
  SubagentStart: event("subagent.started", ["agent_id", "agent_type"]),
  SubagentStop: event("subagent.stopped", ["agent_id", "agent_type"]),
  PostCompact: event("context.compacted", ["trigger"]),
  // A timeout here raises the 1.5 s that all SessionEnd hooks have together.
  SessionEnd: event("session.ended", ["reason"], { timeoutS: 3 }),
} as const satisfies Readonly<Record<string, ClaudeEvent>>;

/** A name of the table. */
export type ClaudeEventName = keyof typeof claudeEvents;

/** The names, in the order of the table. */
export const claudeEventNames = Object.keys(claudeEvents).filter(isClaudeEvent);

/** Whether the event means something to a fleet. */
export function isClaudeEvent(name: string): name is ClaudeEventName {
  return Object.hasOwn(claudeEvents, name);
}

/** Fields that a payload of this event lacks although the translation rests on them; empty for an event of no meaning. */
export function claudeDrift(name: string, payload: Readonly<Record<string, unknown>>): readonly string[] {
  if (!isClaudeEvent(name)) return [];
  return claudeEvents[name].needs.filter((field) => payload[field] === undefined);
}

function event(
  kind: SessionEventKind,
  needs: readonly string[],
  rest: Partial<Omit<ClaudeEvent, "kind" | "needs">> = {},
): ClaudeEvent {
  return { ...usual, kind, needs: [...base, ...needs], ...rest };
}
