import { z } from "zod";
import type { FleetEvent } from "../event/event.ts";
import { cliFactsSchema, tokenUsageSchema, type SessionEventKind } from "../event/kinds.ts";
import { outcomeSchema } from "../event/origin.ts";
import { filesSchema, testSchema } from "../event/work.ts";

/** All that the fold reads of a session event's data, over every kind. */
export const sessionFactsSchema = cliFactsSchema.extend({
  reason: z.string().optional(),
  display: z.string().optional(),
  hooked: z.boolean().optional(),
  role: z.string().optional(),
  parent: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
  after: z.int().optional(),
  upTo: z.int().optional(),
  prompt: z.string().optional(),
  tool: z.string().optional(),
  files: filesSchema,
  test: testSchema,
  outcome: outcomeSchema.optional(),
  lastText: z.string().optional(),
  error: z.string().optional(),
  until: z.string().optional(),
  /** By what a reader was sure of it; no hook told it. */
  confirmedBy: z.string().optional(),
  evidence: z.string().optional(),
  rung: z.string().optional(),
  since: z.string().optional(),
  tokens: tokenUsageSchema.optional(),
  /** Heard of only after something newer: history, no news. */
  late: z.boolean().optional(),
});

export type SessionFacts = z.infer<typeof sessionFactsSchema>;

/** One event with its facts, as the parts of the fold take it. */
export interface Seen {
  readonly kind: SessionEventKind;
  readonly event: FleetEvent;
  readonly facts: SessionFacts;
}
