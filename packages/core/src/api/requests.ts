import { z } from "zod";
import { idSchema, kindSchema, modeSchema, prioritySchema } from "../message/message.ts";
import { stageSchema } from "../message/receipt.ts";
import { originSchema, outcomeSchema } from "../event/origin.ts";

/**
 * The caller as the CLI describes itself: a claim that the daemon checks (process tree, pane, credential) before it
 * becomes a sender (DESIGN §1.5, §5 Sender).
 */
export const callerSchema = z.object({
  pid: z.int().positive(),
  /** Pids from the caller up to init, nearest first. */
  ancestors: z.array(z.int().positive()).max(64),
  session: z.string().optional(),
  cliSession: z.string().optional(),
  pane: z.string().optional(),
  tmux: z.string().optional(),
  hasTty: z.boolean(),
});

/** `POST /v1/whoami` */
export const whoamiSchema = z.strictObject({ caller: callerSchema });

/** `POST /v1/messages` */
export const publishSchema = z.strictObject({
  caller: callerSchema,
  target: z.string().min(1),
  body: z.string(),
  subject: z.string().optional(),
  kind: kindSchema.default("request"),
  type: z.string().optional(),
  priority: prioritySchema.optional(),
  mode: modeSchema.optional(),
  ttlMs: z.int().positive().optional(),
  thread: idSchema.optional(),
  replyTo: idSchema.optional(),
  id: idSchema.optional(),
  from: z.string().optional(),
  create: z.boolean().optional(),
});

/** `POST /v1/replies`: the thread knows the address. `to` is an id or unique suffix; absent: the newest message to the caller. */
export const replySchema = z.strictObject({
  caller: callerSchema,
  to: z.string().optional(),
  body: z.string(),
  id: idSchema.optional(),
});

/** `POST /v1/reports`: a worker says its own outcome. */
export const reportSchema = z.strictObject({
  caller: callerSchema,
  outcome: outcomeSchema,
  text: z.string().optional(),
});

/** `POST /v1/acks` and `/v1/cancellations`: an id or unique suffix; absent: the last one. */
export const byIdSchema = z.strictObject({ caller: callerSchema, id: z.string().optional() });

/** `POST /v1/inbox`: one's own drains (`take`), another's only peeks unless `take` is said. */
export const inboxSchema = z.strictObject({
  caller: callerSchema,
  session: z.string().optional(),
  take: z.boolean().optional(),
  all: z.boolean().optional(),
  /** One's own too stays as it is: whoever prints it acknowledges each message. What a hooked agent reads is offered all the same. */
  peek: z.boolean().optional(),
  /** One message, whole, wherever it stands: an id or unique suffix. */
  id: z.string().optional(),
});

/** `POST /v1/sessions/rename` */
export const renameSchema = z.strictObject({ caller: callerSchema, session: z.string(), name: z.string() });

/** `POST /v1/sessions/kick`: a turn now, with its mail or with `text`. */
export const kickSchema = z.strictObject({
  caller: callerSchema,
  session: z.string(),
  text: z.string().optional(),
});

/** `POST /v1/pause` and `/v1/resume`: a session, or the whole fleet where absent. */
export const pauseSchema = z.strictObject({ caller: callerSchema, target: z.string().optional() });

/** `POST /v1/consumers/pause|resume|reset` */
export const consumerSchema = z.strictObject({ name: z.string(), forMs: z.int().positive().optional() });

/** `POST /v1/dead/retry|drop` */
export const deadSchema = z.strictObject({ seq: z.int().positive() });

/** `POST /v1/stop`: the daemon, and the managed server too where asked. */
export const stopSchema = z.strictObject({ server: z.boolean().default(false) });

/** `POST /v1/adapters/test`: a made-up event of a kind, outside of routes and rates; a dry run only renders. */
export const adapterTestSchema = z.strictObject({
  name: z.string(),
  kind: z.string().optional(),
  dryRun: z.boolean().optional(),
});

/** `POST /v1/adapters/send`: a text of one's own, outside of routes and rates. */
export const adapterSendSchema = z.strictObject({
  caller: callerSchema,
  name: z.string(),
  text: z.string().min(1),
  title: z.string().optional(),
  priority: prioritySchema.optional(),
});

/** `POST /v1/adapters/pause|resume` */
export const adapterNameSchema = z.strictObject({ name: z.string(), reason: z.string().optional() });

/** `POST /v1/routes/explain`: an event by its id or a unique suffix, an event itself, or a made-up one of a kind. */
export const explainSchema = z
  .strictObject({
    id: z.string().optional(),
    event: z.record(z.string(), z.unknown()).optional(),
    kind: z.string().optional(),
  })
  .refine((asked) => Object.keys(asked).length === 1, "one of id, event and kind");

export type Caller = z.infer<typeof callerSchema>;
export type PublishRequest = z.input<typeof publishSchema>;
export type ReplyRequest = z.input<typeof replySchema>;
export type ReportRequest = z.input<typeof reportSchema>;
export type ByIdRequest = z.input<typeof byIdSchema>;
export type InboxRequest = z.input<typeof inboxSchema>;
export type AdapterTestRequest = z.input<typeof adapterTestSchema>;
export type AdapterSendRequest = z.input<typeof adapterSendSchema>;
export type ExplainRequest = z.input<typeof explainSchema>;

/** What waits for a stage: `GET /v1/messages/<id>/receipts?until=<stage>&timeoutMs=N` (NDJSON). */
export const untilSchema = z.enum([...stageSchema.options, "none"]);

/** Who somebody is to the daemon. */
export const identitySchema = z.object({
  machine: z.string(),
  session: z.string(),
  origin: originSchema,
  /** Why the daemon believes it: `process tree`, `terminal`, `claimed`. */
  attestedBy: z.string(),
});
export type Identity = z.infer<typeof identitySchema>;
