import { z } from "zod";
import { addressSchema } from "../names/address.ts";
import { outcomeSchema } from "../event/origin.ts";
import { idSchema } from "./message.ts";

/** Stages of a message (DESIGN §5), in the order in which they can be reached; the last six end it without a `done`. */
export const stageSchema = z.enum([
  "stored",
  "woken",
  "offered",
  "shown",
  "done",
  "replied",
  "held",
  "deferred",
  "expired",
  "refused",
  "cancelled",
  "dead",
]);

/** How sure `shown` is: the message's nonce was seen in a model request or a prompt event, or only inferred from a later event. */
export const proofSchema = z.enum(["request", "prompt", "inferred"]);

/** The bus's account of one stage of one message. */
export const receiptSchema = z.object({
  id: idSchema,
  from: addressSchema,
  to: addressSchema,
  stage: stageSchema,
  /** RFC 3339, UTC. */
  time: z.string(),
  rung: z.string().optional(),
  proof: proofSchema.optional(),
  outcome: outcomeSchema.optional(),
  /** The turn's last text, bounded to 4 KiB. */
  lastText: z.string().optional(),
  reason: z.string().optional(),
  /** The id of the event that led to it, where its session has gone: each departure is told. */
  cause: z.string().optional(),
  /** The id of the answer, on `replied`. */
  reply: idSchema.optional(),
  /** How often it had been offered when this was written. */
  offers: z.int().optional(),
});

export type Stage = z.infer<typeof stageSchema>;
export type Receipt = z.infer<typeof receiptSchema>;
export type Proof = z.infer<typeof proofSchema>;

/** Stages after which nothing more happens to a message but an answer. */
export const finalStages: readonly Stage[] = ["done", "expired", "refused", "cancelled", "dead"];
