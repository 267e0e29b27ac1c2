import { z } from "zod";
import { FleetError } from "@fleetbus/core";
import { fieldAt } from "./field-at.ts";
import type { CliTable } from "./table.ts";

const text = z.string().optional().catch(undefined);
/** A name or path: what is longer than the system's paths is none, and is kept by no record. */
const name = z.string().max(4096).optional().catch(undefined);
const flag = z.boolean().optional().catch(undefined);
const list = z.array(z.unknown()).optional().catch(undefined);
const record = z.record(z.string(), z.unknown()).optional().catch(undefined);

/**
 * The fields of hook payloads that fleet reads, under the names that most CLIs use. Only the session's id is insisted on:
 * what a later version renames is missing here, and driftOf says so.
 */
export const hookPayloadSchema = z.looseObject({
  session_id: z.string().min(1).max(512),
  transcript_path: name,
  cwd: name,
  permission_mode: name,
  prompt_id: name,
  agent_id: name,
  agent_type: name,
  source: name,
  reason: text,
  prompt: text,
  tool_name: name,
  tool_use_id: name,
  tool_input: record,
  tool_calls: list,
  duration_ms: z.number().optional().catch(undefined),
  error: text,
  stop_hook_active: flag,
  last_assistant_message: text,
  background_tasks: list,
  message: text,
  details: record,
  notification_type: name,
  trigger: name,
  index: z.number().optional().catch(undefined),
  final: flag,
});

export type HookPayload = z.infer<typeof hookPayloadSchema>;

/** A field of a payload, under fleet's name. */
export type PayloadField = keyof typeof hookPayloadSchema.shape;

/**
 * Reads a payload of one CLI's event; throws `malformed` when it is of no session. What the CLI has under fleet's name of
 * a field that stands elsewhere is something else.
 */
export function parsePayload(
  { name, fields }: Pick<CliTable, "name" | "fields">,
  event: string,
  payload: Readonly<Record<string, unknown>>,
): HookPayload {
  const renamed = Object.entries(fields).map(([own, theirs]) => [own, fieldAt(payload, theirs)] as const);
  const parsed = hookPayloadSchema.safeParse({ ...payload, ...Object.fromEntries(renamed) });
  if (parsed.success) return parsed.data;
  const field = fields.session_id ?? "session_id";
  throw new FleetError("malformed", `reading the payload of ${name}'s ${event}: no ${field} in it`, {
    cause: parsed.error,
  });
}
