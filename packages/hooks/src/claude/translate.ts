import { findNonces, type CliFacts, type EventData, type SessionEventKind } from "@fleetbus/core";
import type { HookRequest } from "../request/hook-request.ts";
import { claudeEvents, isClaudeEvent, type ClaudeEventName } from "./events.ts";
import { isGrokPayload, parseClaudePayload, type ClaudePayload } from "./payload.ts";

/** One event to publish: its kind and its data, which that kind's schema accepts. */
export type Translated = {
  [Kind in SessionEventKind]: { readonly kind: Kind; readonly data: EventData<Kind> };
}[SessionEventKind];

/** What a translation reads of a request. */
export type TranslatableRequest = Pick<HookRequest, "event" | "payload"> &
  Partial<Pick<HookRequest, "pid" | "pane" | "tmux" | "session" | "parent" | "role" | "messagingSocket">>;

/**
 * What a call of Claude Code's hooks means to a fleet; nothing for an event without meaning, for Grok's payloads, for
 * the flushes within a message and for Claude's internal agents. Pure. Prompts and last texts are in the data: keeping
 * them out of EVENTS is the daemon's policy. Throws `malformed` for a payload of no session.
 */
export function translateClaude(request: TranslatableRequest): readonly Translated[] {
  const { event } = request;
  if (!isClaudeEvent(event) || isGrokPayload(request.payload)) return [];
  const payload = parseClaudePayload(event, request.payload);
  if (isInternal(event, payload)) return [];
  return [translations[event]({ request, payload, facts: factsOf(request, payload) })];
}

/** Compaction runs in an agent without a type; of a message's flushes, the first says that the model answers, the last that it is done. */
function isInternal(event: ClaudeEventName, payload: ClaudePayload): boolean {
  if (claudeEvents[event].kind.startsWith("subagent.")) return payload.agent_type === "";
  return event === "MessageDisplay" && payload.final !== true && payload.index !== 0;
}

interface Call {
  readonly request: TranslatableRequest;
  readonly payload: ClaudePayload;
  readonly facts: CliFacts;
}

const translations: Readonly<Record<ClaudeEventName, (call: Call) => Translated>> = {
  SessionStart: ({ request, payload, facts }) => ({
    kind: "session.started",
    data: {
      ...facts,
      hooked: true,
      ...known({
        reason: payload.source,
        display: request.session,
        role: request.role,
        parent: request.parent,
      }),
    },
  }),
  SessionEnd: ({ payload, facts }) => ({
    kind: "session.ended",
    data: { ...facts, ...known({ reason: payload.reason }) },
  }),
  UserPromptSubmit: ({ payload: { prompt = "" }, facts }) => ({
    kind: "prompt.submitted",
    data: { ...facts, prompt, nonces: [...findNonces(prompt)] },
  }),
  PreToolUse: ({ payload, facts }) => ({ kind: "tool.started", data: { ...facts, ...toolOf(payload) } }),
  PostToolUse: ({ payload, facts }) => ({
    kind: "tool.finished",
    data: { ...facts, ...toolOf(payload), ...known({ durationMs: payload.duration_ms }) },
  }),
  PostToolUseFailure: ({ payload, facts }) => ({
    kind: "tool.failed",
    data: { ...facts, ...toolOf(payload), ...known({ error: payload.error }) },
  }),
  PostToolBatch: ({ payload, facts }) => ({
    kind: "tool.finished",
    data: { ...facts, batch: payload.tool_calls?.length ?? 0 },
  }),
  PermissionRequest: ({ payload, facts }) => ({
    kind: "permission.requested",
    data: { ...facts, ...toolOf(payload), ...known({ detail: detailOf(payload) }) },
  }),
  PermissionDenied: ({ payload, facts }) => ({
    kind: "permission.resolved",
    data: { ...facts, ...toolOf(payload) },
  }),
  Elicitation: ({ payload, facts }) => ({
    kind: "permission.requested",
    data: { ...facts, ...known({ detail: payload.message?.slice(0, longestDetail) }) },
  }),
  ElicitationResult: ({ facts }) => ({ kind: "permission.resolved", data: facts }),
  Notification: ({ payload, facts }) => ({
    kind: "notification.raised",
    data: { ...facts, ...known({ text: payload.message, notification: payload.notification_type }) },
  }),
  MessageDisplay: ({ payload, facts }) => ({
    kind: "message.displayed",
    data: { ...facts, ...known({ final: payload.final }) },
  }),
  Stop: ({ payload, facts }) => ({
    kind: "turn.stopped",
    data: {
      ...facts,
      outcome: "done",
      continued: payload.stop_hook_active === true,
      backgroundTasks: payload.background_tasks?.length ?? 0,
      ...known({ lastText: payload.last_assistant_message }),
    },
  }),
  StopFailure: ({ payload, facts }) => failureOf(payload, facts),
  SubagentStart: ({ payload, facts }) => ({
    kind: "subagent.started",
    data: { ...facts, ...known({ agentType: payload.agent_type }) },
  }),
  SubagentStop: ({ payload, facts }) => ({
    kind: "subagent.stopped",
    data: { ...facts, ...known({ agentType: payload.agent_type }) },
  }),
  PostCompact: ({ payload, facts }) => ({
    kind: "context.compacted",
    data: { ...facts, ...known({ trigger: payload.trigger }) },
  }),
};

function factsOf(request: TranslatableRequest, payload: ClaudePayload): CliFacts {
  const socket = request.tmux?.split(",")[0];
  const pane =
    request.pane !== undefined && socket ? ({ mux: "tmux", socket, id: request.pane } as const) : undefined;
  return {
    cli: "claude",
    cliSession: payload.session_id,
    ...known({
      cwd: payload.cwd,
      pid: request.pid,
      pane,
      transcript: payload.transcript_path,
      permissionMode: payload.permission_mode,
      messagingSocket: request.messagingSocket,
      promptId: payload.prompt_id,
      agentId: payload.agent_id,
    }),
  };
}

function toolOf(payload: ClaudePayload) {
  return known({ tool: payload.tool_name, toolUseId: payload.tool_use_id });
}

/** What Claude 2.1.329 says at a limit of the plan (read in the binary, not seen); any other rate limit passes by itself. */
const planLimit = /\b(hit|reached) your\b.*\blimit\b|\busage limit\b|\bout of usage credits\b/i;

function failureOf({ error, last_assistant_message: lastText }: ClaudePayload, facts: CliFacts): Translated {
  const isParked = (error === "rate_limit" || error === "billing_error") && planLimit.test(lastText ?? "");
  if (isParked) return { kind: "turn.parked", data: { ...facts, ...known({ reason: lastText }) } };
  return { kind: "turn.failed", data: { ...facts, ...known({ error, lastText }) } };
}

const longestDetail = 300;

/** What a permission dialog asks about, in one line. */
function detailOf({ tool_input: input = {} }: ClaudePayload): string | undefined {
  const found = [input["command"], input["file_path"], input["url"], input["description"]].find(
    (value) => typeof value === "string",
  );
  return typeof found === "string" ? found.slice(0, longestDetail) : undefined;
}

type Known<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

/** The fields that have a value: an absent one must not overwrite what an earlier event told. */
function known<Fields extends object>(fields: Fields): Known<Fields>;
function known(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
