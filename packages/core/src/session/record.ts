import { z } from "zod";
import { paneSchema, ptySchema } from "../event/kinds.ts";
import { outcomeSchema } from "../event/origin.ts";
import { workSchema } from "../event/work.ts";
import { sessionEndSchema } from "./end.ts";
import { wakeCostSchema, wokenBySchema } from "./woken.ts";

/** DESIGN §4. */
export const stateSchema = z.enum(["starting", "idle", "busy", "waiting", "parked", "ended", "lost"]);
export type State = z.infer<typeof stateSchema>;

/** One name that a session bore, until it was renamed: what was stored for it by then is the session's (ADR 0009). */
export const formerNameSchema = z.object({
  /** Of the event that renamed it; of two spans of one name the lesser is the earlier. */
  id: z.string(),
  name: z.string(),
  /** INBOX sequences: what the name's consumer had acknowledged without a gap, and the newest that was stored. */
  after: z.int(),
  upTo: z.int(),
  /** RFC 3339: what was accepted by then and stored later is the session's too. */
  until: z.string(),
});
export type FormerName = z.infer<typeof formerNameSchema>;

/** One session as the `sessions` bucket keeps it: written by its own machine only, revision-checked, rebuilt from EVENTS. */
export const sessionRecordSchema = z.looseObject({
  machine: z.string(),
  name: z.string(),
  /** The name a person gave, before it was slugged. */
  display: z.string(),
  cli: z.string(),
  cliVersion: z.string().optional(),
  cliSession: z.string().optional(),
  cwd: z.string().optional(),
  pid: z.int().optional(),
  /** Of the process `pid`, in ticks since the boot. */
  procStart: z.string().optional(),
  pane: paneSchema.optional(),
  pty: ptySchema.optional(),
  transcript: z.string().optional(),
  chatLog: z.string().optional(),
  permissionMode: z.string().optional(),
  messagingSocket: z.string().optional(),
  state: stateSchema,
  /** RFC 3339. */
  stateSince: z.string(),
  /** The tool that runs, or that a permission is asked for. */
  tool: z.string().optional(),
  /** RFC 3339: the last tool event. */
  toolAt: z.string().optional(),
  /** RFC 3339: the prompt that began the turn which runs or ran last. */
  turnStartedAt: z.string().optional(),
  /** That prompt, bounded; absent where the config keeps bodies out. */
  prompt: z.string().optional(),
  parkedUntil: z.string().optional(),
  /** How the last turn ended; absent while the next one runs. */
  outcome: outcomeSchema.optional(),
  /** Its last text, bounded. */
  lastText: z.string().optional(),
  /** What the turn that runs or ran last has done. */
  work: workSchema,
  /** Why the turn that runs or ran last took place, where fleet woke it; until it is accounted for. */
  wokenBy: wokenBySchema.optional(),
  /** What its turns that fleet woke have cost since the session began. */
  wakeCost: wakeCostSchema.optional(),
  /** What ended the last turn, or the session; absent while a turn runs. */
  end: sessionEndSchema.optional(),
  /** The id of the end that its supervisor, where it has one, was told of last. */
  toldEnd: z.string().optional(),
  /** The id of the end that all whose messages waited for it then were told of. */
  toldGone: z.string().optional(),
  /** The names it bore before, the oldest first. */
  formerly: z.array(formerNameSchema).optional(),
  startedAt: z.string(),
  seenAt: z.string(),
  /** False for a session that was found running without fleet's hooks. */
  hooked: z.boolean(),
  /** Why its hooks are taken for silent: its state may be stale, and nobody types into it. Absent: they speak. */
  drift: z.string().optional(),
  role: z.string().optional(),
  parent: z.string().optional(),
  /** Whether fleet may wake it. */
  wake: z.boolean(),
  /** Counts idle periods; a wake for an older one is dropped. */
  idleGeneration: z.int(),
  promptId: z.string().optional(),
  /** Id of the newest event folded in; older ones are skipped on rebuild. */
  lastEventId: z.string(),
});

export type SessionRecord = z.infer<typeof sessionRecordSchema>;
