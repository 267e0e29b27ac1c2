import { z } from "zod";
import { addressSchema } from "../names/address.ts";
import { paneSchema, ptySchema } from "../event/kinds.ts";
import { wakeSteps } from "./step.ts";

/** One way to wake a session, best first (DESIGN §6). Which of them a session has is data per CLI and permission mode. */
export const rungSchema = z.enum(wakeSteps).exclude(["channels", "toast", "phone"]);
export type Rung = z.infer<typeof rungSchema>;

/** Mail that is typed whole, where a CLI offers no other way and its person chose it (DESIGN §5 Framing). */
export const typedBodySchema = z.object({
  /** Fenced, of several lines: only ever in a bracketed paste. */
  text: z.string(),
  /** Ids of the messages that it holds. */
  messages: z.array(z.string()),
});
export type TypedBody = z.infer<typeof typedBodySchema>;

/** One attempt to make an idle session take a turn: the data of a `wake.<rung>` event. */
export const wakeAttemptSchema = z.looseObject({
  to: addressSchema,
  rung: rungSchema,
  /** Comes back through the recipient's own prompt event: that is the proof. */
  nonce: z.string(),
  /** The idle period it belongs to; dropped when the session has moved on. */
  idleGeneration: z.int(),
  /** RFC 3339: not acted on after this. */
  deadline: z.string(),
  /** One line under 700 characters that holds the nonce: a pointer to the inbox, never a body. */
  text: z.string().max(700),
  body: typedBodySchema.optional(),
  cli: z.string(),
  /** The CLI's own name of the session, where the rung goes by it. */
  cliSession: z.string().optional(),
  pid: z.int().optional(),
  pane: paneSchema.optional(),
  pty: ptySchema.optional(),
  /** RFC 3339: since when the session is idle; what was typed before belongs to a turn that has ended. */
  idleSince: z.string().optional(),
  messagingSocket: z.string().optional(),
  /** On a second typed attempt, only Enter is sent: the text is in the composer already. */
  isRetry: z.boolean().optional(),
});

export type WakeAttempt = z.infer<typeof wakeAttemptSchema>;
