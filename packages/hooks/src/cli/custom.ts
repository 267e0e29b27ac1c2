import type { CliConfig, CliField, SessionEventKind } from "@fleetbus/core";
import { fieldAt } from "./field-at.ts";
import type { HookPayload, PayloadField } from "./payload.ts";
import type { CliEvent, CliTable } from "./table.ts";

type EventConfig = CliConfig["events"][string];

/** fleet's name of each field that a mapping can place. */
const payloadFields: Readonly<Record<CliField, PayloadField>> = {
  ...{ session: "session_id", cwd: "cwd", source: "source", reason: "reason", prompt: "prompt" },
  ...{ prompt_id: "prompt_id", last_text: "last_assistant_message", continued: "stop_hook_active" },
  ...{ background: "background_tasks", error: "error", tool: "tool_name", tool_id: "tool_use_id" },
  ...{ tool_input: "tool_input", duration_ms: "duration_ms", agent: "agent_id", agent_type: "agent_type" },
  ...{ permission_mode: "permission_mode", message: "message", notification: "notification_type" },
  trigger: "trigger",
};

/** The table of a CLI that only the config knows (`[[cli]]`): the same type as those of the built-in ones. */
export function customTable(config: CliConfig): CliTable {
  const { name, events, max_context: maxContextBytes, max_continuations: maxContinuations } = config;
  const fields = Object.entries(payloadFields).map(([field, own]) => [own, placeOf(config, field)] as const);
  return {
    name,
    events: Object.fromEntries(
      Object.entries(events).map(([event, each]) => [event, customEvent(config, each)]),
    ),
    fields: Object.fromEntries(fields.filter(([own, theirs]) => theirs !== undefined && theirs !== own)),
    isOwnProcess: !config.shared_process,
    hasProof: false,
    maxContextBytes,
    maxContinuations,
    ...(config.event_field === undefined ? {} : { eventField: config.event_field }),
  };
}

function placeOf({ fields }: CliConfig, field: string): string | undefined {
  return new Map(Object.entries(fields)).get(field);
}

function customEvent(config: CliConfig, { kind, when, ...event }: EventConfig): CliEvent {
  const { session = "session_id" } = config.fields;
  const seconds = event.timeout / 1000;
  return {
    kind: kind === "none" ? "notification.raised" : kind,
    needs: [...new Set([session, ...event.needs])],
    context: event.context,
    answer: shapeOf(event.answer),
    timeout: config.timeout_unit === "ms" ? event.timeout : Math.ceil(seconds),
    endsBatch: false,
    kindOf: (payload) => kindIn(payload, { kind, when }),
  };
}

function kindIn(
  payload: HookPayload,
  { kind, when }: Pick<EventConfig, "kind" | "when">,
): SessionEventKind | undefined {
  const said = when.find(({ field, is }) => fieldAt(payload, field) === is)?.kind ?? kind;
  return said === "none" ? undefined : said;
}

/** The config's schema lets no other text through. */
function shapeOf(answer: string): CliEvent["answer"] {
  if (answer === "block" || answer === "text") return answer;
  return answer.startsWith("json:") ? `json:${answer.slice("json:".length)}` : "context";
}
