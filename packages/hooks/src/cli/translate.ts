import { findNonces, type CliFacts, type EventData, type Pane, type SessionEventKind } from "@fleetbus/core";
import type { HookRequest } from "../request/hook-request.ts";
import { filesOf, testOf } from "../work/work-tools.ts";
import { known, toolOf, detailOf } from "./fields.ts";
import { parsePayload, type HookPayload } from "./payload.ts";
import { resetTimeIn } from "./reset-time.ts";
import { eventOf, type CliTable } from "./table.ts";

/** One event to publish: its kind and its data, which that kind's schema accepts. */
export type Translated = {
  [Kind in SessionEventKind]: { readonly kind: Kind; readonly data: EventData<Kind> };
}[SessionEventKind];

/** What a translation reads of a request. */
export type TranslatableRequest = Pick<HookRequest, "event" | "payload"> &
  Partial<
    Pick<
      HookRequest,
      "time" | "pid" | "pane" | "tmux" | "zellij" | "session" | "parent" | "role" | "messagingSocket"
    >
  > & {
    /** Whether the process `pid` has a terminal; asked for where the table goes by it. */
    readonly hasTerminal?: boolean;
  };

/**
 * What a call of a CLI's hooks means to a fleet; nothing for an event without meaning and for what is the CLI's own
 * business. Pure. Prompts and last texts are in the data: keeping them out of EVENTS is the daemon's policy. Throws
 * `malformed` for a payload of no session.
 */
export function translate(table: CliTable, request: TranslatableRequest): readonly Translated[] {
  const event = eventOf(table, request.event);
  if (event === undefined || table.isForeign?.(request.payload) === true) return [];
  const payload = parsePayload(table, request.event, request.payload);
  const kind = event.kindOf === undefined ? event.kind : event.kindOf(payload);
  if (kind === undefined) return [];
  const translation = translations[kind];
  if (translation === undefined)
    throw new Error(`translating ${table.name}'s ${request.event}: no hook tells of ${kind}`);
  return [translation({ table, request, payload, facts: factsOf(table, request, payload) })];
}

interface Call {
  readonly table: CliTable;
  readonly request: TranslatableRequest;
  readonly payload: HookPayload;
  readonly facts: CliFacts;
}

/** The kinds that a hook can tell of; the others come from outside a session. */
const translations: Readonly<Partial<Record<SessionEventKind, (call: Call) => Translated>>> = {
  "session.started": ({ request, payload, facts }) => ({
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
  "session.ended": ({ payload, facts }) => ({
    kind: "session.ended",
    data: { ...facts, ...known({ reason: payload.reason }) },
  }),
  "prompt.submitted": ({ payload: { prompt = "" }, facts }) => ({
    kind: "prompt.submitted",
    data: { ...facts, prompt, nonces: [...findNonces(prompt)] },
  }),
  "tool.started": ({ payload, facts }) => ({ kind: "tool.started", data: { ...facts, ...toolOf(payload) } }),
  "tool.finished": ({ table: { work }, payload, facts }) => ({
    kind: "tool.finished",
    data: {
      ...facts,
      ...toolOf(payload),
      ...known({ durationMs: payload.duration_ms, batch: payload.tool_calls?.length }),
      ...known({ files: work && filesOf(work, payload), test: work && testOf(work, payload) }),
    },
  }),
  "tool.failed": ({ table: { work }, payload, facts }) => ({
    kind: "tool.failed",
    data: {
      ...facts,
      ...toolOf(payload),
      ...known({ error: payload.error, test: work && testOf(work, payload) }),
    },
  }),
  "permission.requested": ({ payload, facts }) => ({
    kind: "permission.requested",
    data: { ...facts, ...toolOf(payload), ...known({ detail: detailOf(payload) }) },
  }),
  "permission.resolved": ({ payload, facts }) => ({
    kind: "permission.resolved",
    data: { ...facts, ...toolOf(payload) },
  }),
  "notification.raised": ({ payload, facts }) => ({
    kind: "notification.raised",
    data: { ...facts, ...known({ text: payload.message, notification: payload.notification_type }) },
  }),
  "message.displayed": ({ payload, facts }) => ({
    kind: "message.displayed",
    data: { ...facts, ...known({ final: payload.final }) },
  }),
  "turn.stopped": ({ payload, facts }) => ({
    kind: "turn.stopped",
    data: {
      ...facts,
      outcome: "done",
      continued: payload.stop_hook_active === true,
      backgroundTasks: payload.background_tasks?.length ?? 0,
      ...known({ lastText: payload.last_assistant_message }),
    },
  }),
  "turn.failed": ({ payload: { error, last_assistant_message: lastText }, facts }) => ({
    kind: "turn.failed",
    data: { ...facts, ...known({ error, lastText }) },
  }),
  "turn.parked": (call) => ({ kind: "turn.parked", data: { ...call.facts, ...limitOf(call) } }),
  "turn.interrupted": ({ facts }) => ({ kind: "turn.interrupted", data: { ...facts, confirmedBy: "hook" } }),
  "subagent.started": ({ payload, facts }) => ({
    kind: "subagent.started",
    data: { ...facts, ...known({ agentType: payload.agent_type }) },
  }),
  "subagent.stopped": ({ payload, facts }) => ({
    kind: "subagent.stopped",
    data: { ...facts, ...known({ agentType: payload.agent_type }) },
  }),
  "context.compacted": ({ payload, facts }) => ({
    kind: "context.compacted",
    data: { ...facts, ...known({ trigger: payload.trigger }) },
  }),
};

/** Both where one multiplexer runs in the other: the environment does not tell which of them is the inner one. */
function paneOf({ pane, tmux, zellij }: TranslatableRequest): Pane | undefined {
  const socket = tmux?.split(",")[0];
  const inZellij: Pane | undefined = zellij && { mux: "zellij", ...zellij };
  if (pane === undefined || !socket) return inZellij;
  return { mux: "tmux", socket, id: pane, ...(inZellij === undefined ? {} : { or: inZellij }) };
}

/** A limit without a time in it says so, for whoever is told until when. */
function limitOf({ request: { time }, payload: { last_assistant_message: text, error } }: Call) {
  const reason = text ?? error;
  if (time === undefined) return known({ reason });
  const { until, isSaid } = resetTimeIn(reason ?? "", Date.parse(time));
  const unsaid = `${reason ?? "a usage limit"} (it says no time: tried again in an hour)`;
  return { until, ...known({ reason: isSaid ? reason : unsaid }) };
}

function factsOf(table: CliTable, request: TranslatableRequest, payload: HookPayload): CliFacts {
  const { pid, messagingSocket, hasTerminal = false } = request;
  const isOwn = table.isOwnProcess === "at a terminal" ? hasTerminal : table.isOwnProcess;
  return {
    cli: table.name,
    cliSession: payload.session_id,
    ...known({
      cwd: payload.cwd,
      ...(isOwn ? { pid, pane: paneOf(request), messagingSocket } : {}),
      transcript: table.hasProof ? payload.transcript_path : undefined,
      chatLog: table.hasProof ? undefined : payload.transcript_path,
      permissionMode: payload.permission_mode,
      promptId: payload.prompt_id,
      agentId: payload.agent_id,
    }),
  };
}
