import { z } from "zod";
import { outcomeSchema } from "./origin.ts";
import { filesSchema, testSchema, workSchema } from "./work.ts";

/** Where a session lives, as a hook or a reader saw it. Carried by each session event, so that state can be rebuilt from EVENTS alone. */
export const paneSchema = z.looseObject({
  mux: z.enum(["tmux", "zellij"]),
  /** Socket path of the multiplexer's server; of zellij the folder of its sockets with the session's name. */
  socket: z.string(),
  /** The pane's own id there, as `%3`; of zellij `3`. */
  id: z.string(),
});

/** The terminal of `fleet wrap` that a session runs in. */
export const ptySchema = z.looseObject({
  /** Of this one wrapped command: its process's pid comes again, this does not. */
  id: z.string(),
  /** Where `fleet wrap` takes what is to be typed (core/wake/pty.ts). */
  socket: z.string(),
  /** The process of `fleet wrap`: the CLI descends from it. */
  pid: z.int().positive(),
  /** Without hooks its mail is typed whole, as its person chose. */
  typesBody: z.boolean().optional(),
});

/** What every event about a session says of the CLI behind it. */
export const cliFactsSchema = z.looseObject({
  cli: z.string(),
  cliVersion: z.string().optional(),
  /** The CLI's own session id; changes after `/clear` in one process. */
  cliSession: z.string().optional(),
  cwd: z.string().optional(),
  pid: z.int().positive().optional(),
  /** When that process began, in the kernel's ticks since the boot: pids come again. Absent where the system does not say. */
  procStart: z.string().optional(),
  pane: paneSchema.optional(),
  pty: ptySchema.optional(),
  transcript: z.string().optional(),
  /** The CLI's own record of the conversation, in a shape that proves nothing of what was shown. */
  chatLog: z.string().optional(),
  permissionMode: z.string().optional(),
  messagingSocket: z.string().optional(),
  /** The CLI's id of the prompt that this belongs to, stable across a stop continuation. */
  promptId: z.string().optional(),
  /** Set when a sub-agent speaks: such events never lease, acknowledge or change a state (DESIGN §4). */
  agentId: z.string().optional(),
});

/** A `TokenUsage`. */
export const tokenUsageSchema = z.object({
  input: z.number().nonnegative(),
  cached: z.number().nonnegative(),
  output: z.number().nonnegative(),
});

const session = cliFactsSchema;
/** How a turn ended, for everybody: what it had done by then stands in each kind of end. One that cannot be read hides no end. */
const withWork = session.extend({ work: workSchema });
const withTool = session.extend({ tool: z.string().optional(), toolUseId: z.string().optional() });

/** The data of each kind of event (DESIGN §4). Unknown fields survive; a kind that is not here is kept as it is. */
export const eventDataSchemas = {
  "session.started": session.extend({
    reason: z.string().optional(),
    display: z.string().optional(),
    hooked: z.boolean().optional(),
    role: z.string().optional(),
    parent: z.string().optional(),
  }),
  /** Role and supervisor by a config that has changed; what is absent it has not. */
  "session.configured": session.extend({ role: z.string().optional(), parent: z.string().optional() }),
  "session.ended": session.extend({ reason: z.string().optional() }),
  "session.lost": session.extend({ reason: z.string().optional() }),
  /** Its CLI did what its hooks did not tell of: what they told of last need not hold any more. */
  "session.drifted": session.extend({ evidence: z.string() }),
  /** The time that a usage limit named is over: it may be woken again. */
  "session.unparked": session.extend({ until: z.string().optional() }),
  "session.renamed": session.extend({
    from: z.string(),
    to: z.string(),
    display: z.string().optional(),
    /** Where the old name's inbox stood in the INBOX stream: acknowledged without a gap, and newest. */
    after: z.int().optional(),
    upTo: z.int().optional(),
  }),
  "prompt.submitted": session.extend({
    /** False: `fleet wrap` typed it, and no hook told of it. */
    hooked: z.boolean().optional(),
    prompt: z.string().optional(),
    nonces: z.array(z.string()).optional(),
    /** By which rung fleet brought it; absent: somebody else did. */
    rung: z.string().optional(),
  }),
  "tool.started": withTool,
  "tool.finished": withTool.extend({
    durationMs: z.number().optional(),
    files: filesSchema,
    test: testSchema,
  }),
  "tool.failed": withTool.extend({ error: z.string().optional(), test: testSchema }),
  "turn.stopped": withWork.extend({
    outcome: outcomeSchema.optional(),
    lastText: z.string().optional(),
    /** True when this stop follows a continuation that a stop hook asked for. */
    continued: z.boolean().optional(),
    backgroundTasks: z.int().optional(),
    durationMs: z.number().optional(),
  }),
  "turn.failed": withWork.extend({ error: z.string().optional(), lastText: z.string().optional() }),
  "turn.interrupted": withWork.extend({ confirmedBy: z.string().optional() }),
  "turn.parked": withWork.extend({ until: z.string().optional(), reason: z.string().optional() }),
  /** Nothing was heard of a turn that goes on for as long as the config allows: a notice, and no state. */
  "turn.stalled": session.extend({ evidence: z.string() }),
  "turn.continued": session.extend({ messages: z.array(z.string()).optional() }),
  /** A turn that fleet woke is over: what it cost, where the CLI's file says so (docs/supervision.md). */
  "turn.accounted": session.extend({
    rung: z.string(),
    /** RFC 3339: from here on what was used counts: the turn's prompt, or where its Stop was answered. */
    since: z.string(),
    durationMs: z.number().nonnegative().optional(),
    outcome: outcomeSchema.optional(),
    tokens: tokenUsageSchema.optional(),
  }),
  "permission.requested": withTool.extend({ detail: z.string().optional() }),
  "permission.resolved": withTool,
  "notification.raised": session.extend({ text: z.string().optional(), notification: z.string().optional() }),
  "subagent.started": session.extend({ agentType: z.string().optional() }),
  "subagent.stopped": session.extend({ agentType: z.string().optional() }),
  "context.compacted": session.extend({ trigger: z.string().optional() }),
  "message.displayed": session.extend({ final: z.boolean().optional() }),
} as const;

/** A kind of event about a session. */
export type SessionEventKind = keyof typeof eventDataSchemas;

/** The kinds, in the order of the table. */
export const sessionEventKinds: readonly SessionEventKind[] =
  Object.keys(eventDataSchemas).filter(isSessionEventKind);

/** What an event of kind `K` carries. */
export type EventData<K extends SessionEventKind> = z.infer<(typeof eventDataSchemas)[K]>;

/** What every session event says of the CLI behind it. */
export type CliFacts = z.infer<typeof cliFactsSchema>;

/** Where a session's terminal is. */
export type Pane = z.infer<typeof paneSchema>;

/** Which wrapped terminal a session runs in. */
export type PtyFact = z.infer<typeof ptySchema>;

/** Whether fleet knows this kind. */
export function isSessionEventKind(kind: string): kind is SessionEventKind {
  return Object.hasOwn(eventDataSchemas, kind);
}
