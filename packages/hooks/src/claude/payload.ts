import { z } from "zod";
import { FleetError } from "@fleetbus/core";

const text = z.string().optional().catch(undefined);
const flag = z.boolean().optional().catch(undefined);

/**
 * The fields of Claude Code's payloads that fleet reads, under the CLI's names. Only the session id is insisted on:
 * what a later version renames is missing here, and claudeDrift says so.
 */
export const claudePayloadSchema = z.looseObject({
  session_id: z.string().min(1),
  transcript_path: text,
  cwd: text,
  permission_mode: text,
  prompt_id: text,
  agent_id: text,
  agent_type: text,
  source: text,
  reason: text,
  prompt: text,
  tool_name: text,
  tool_use_id: text,
  tool_input: z.record(z.string(), z.unknown()).optional().catch(undefined),
  tool_calls: z.array(z.unknown()).optional().catch(undefined),
  duration_ms: z.number().optional().catch(undefined),
  error: text,
  stop_hook_active: flag,
  last_assistant_message: text,
  background_tasks: z.array(z.unknown()).optional().catch(undefined),
  message: text,
  notification_type: text,
  trigger: text,
  index: z.number().optional().catch(undefined),
  final: flag,
});

export type ClaudePayload = z.infer<typeof claudePayloadSchema>;

/** Reads a payload; throws `malformed` when it is of no session. */
export function parseClaudePayload(event: string, payload: unknown): ClaudePayload {
  const parsed = claudePayloadSchema.safeParse(payload);
  if (parsed.success) return parsed.data;
  throw new FleetError("malformed", `reading the payload of claude's ${event}: no session_id in it`, {
    cause: parsed.error,
  });
}

/** Grok runs the hooks of Claude's settings as well; its payloads carry both spellings of each name (HOOKS.md 4). */
export function isGrokPayload(payload: Readonly<Record<string, unknown>>): boolean {
  return payload["hookEventName"] !== undefined;
}
