import { z } from "zod";
import { addressSchema } from "../names/address.ts";
import { originSchema } from "../event/origin.ts";

/** `request` wakes, `note` never does, `question` wants a reply (DESIGN §5). */
export const kindSchema = z.enum(["request", "note", "question", "reply", "system"]);
/** How urgent: low never wakes, high and urgent are rendered as such (DESIGN §5 Kinds). */
export const prioritySchema = z.enum(["low", "normal", "high", "urgent"]);
/** When it may be offered: at the turn's end or next prompt, the next tool boundary, only when idle, or at once. */
export const modeSchema = z.enum(["turn", "now", "idle", "stop"]);

/** The types fleet itself gives a meaning; any other label is allowed. */
export const knownTypes = [
  "message",
  "escalation",
  "heartbeat",
  "notification",
  "response_ready",
  "command",
  "defect",
  "directive",
  "status",
  "result",
  "peer_idle",
] as const;

/** Ids of messages, threads and receipts: ours are lower-case ULIDs, a caller's `--id` may be any token (DESIGN §3). */
export const idSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, "use a-z, 0-9, - and _, at most 63 characters");

/** Something said to one mailbox. */
export const messageSchema = z.object({
  id: idSchema,
  from: addressSchema,
  to: addressSchema,
  /** Group it was said to (`all`, `machine-lab`, `role-review`), if it was a broadcast. */
  group: z.string().optional(),
  kind: kindSchema,
  type: z.string().min(1).max(63),
  priority: prioritySchema,
  mode: modeSchema,
  subject: z.string().max(200).optional(),
  body: z.string().min(1),
  /** RFC 3339, UTC: when the sender's daemon accepted it. */
  time: z.string(),
  /** RFC 3339: not offered after this; the recipient's daemon writes `expired` (DESIGN §3). */
  expiresAt: z.string().optional(),
  origin: originSchema,
  /** How many messages led to this one; the storm guard's count. */
  hop: z.int().min(0),
  /** The id of the thread's first message. */
  thread: idSchema,
  /** The message this answers. */
  replyTo: idSchema.optional(),
});

export type Message = z.infer<typeof messageSchema>;
export type MessageKind = z.infer<typeof kindSchema>;
export type Priority = z.infer<typeof prioritySchema>;
export type Mode = z.infer<typeof modeSchema>;
