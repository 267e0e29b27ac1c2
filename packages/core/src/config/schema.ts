import { z } from "zod";
import { isReserved, isToken } from "../names/token.ts";
import { adapterEntrySchema } from "./adapter-entry.ts";
import type { AdapterSchemas } from "./adapter-forms.ts";
import { adapterItemSchema } from "./adapter-json-schema.ts";
import { checkCliNames, cliEntrySchema } from "./cli-entry.ts";
import { isRecord } from "./json-schema.ts";
import { secretSchema } from "./secret.ts";
import { dailySpanSchema, durationSchema, rateSchema, zoneSchema } from "./values.ts";

const token = z.string().refine(isToken, "use a-z, 0-9, - and _, at most 63 characters");
const name = token.refine((text) => !isReserved(text), "a reserved name");

const serverSchema = z.strictObject({
  url: z
    .string()
    .min(1)
    .optional()
    .describe("NATS server to use instead of one of fleet's own; several with commas"),
  context: z.string().min(1).optional().describe("A context of the nats CLI to connect by"),
  creds: secretSchema
    .optional()
    .describe("Credentials for that server: file:/path of a .creds file, or env:NAME"),
  binary: z
    .string()
    .min(1)
    .optional()
    .describe("The nats-server to run, 2.14 or newer, instead of one that is found"),
});

const meSchema = z.strictObject({
  zone: zoneSchema.optional().describe("Your time zone, as Europe/Berlin; the machine's where absent"),
  quiet: dailySpanSchema.optional().describe("Hours in which only urgent things reach you, as 22:00-07:00"),
  via: z
    .array(name, {
      error: ({ input }) => (typeof input === "string" ? `write ${JSON.stringify([input])}` : undefined),
    })
    .default([])
    .describe(
      "Adapters that reach you, the first to try first: what waits for you goes to the first that fits where you are, and on to the next",
    ),
  escalate_after: durationSchema
    .optional()
    .describe("How long until the next of them is tried; 5m where absent"),
});

const wakeSchema = z.strictObject({
  enabled: z.boolean().default(true).describe("Whether fleet wakes idle sessions at all"),
  tell_me: z
    .boolean()
    .default(true)
    .describe("Whether you are told, by me.via, of a session that has mail and that nothing can wake"),
  batch: durationSchema
    .optional()
    .describe(
      "How long ordinary mail gathers until it wakes an idle session, so that one turn reads it all, as 30s; not at all where absent",
    ),
  per_session: rateSchema.prefault("20/h").describe("Wakes allowed per session, as 20/h"),
  fleet: rateSchema.prefault("200/h").describe("Wakes allowed over all sessions, as 200/h"),
  resume_parked: z
    .boolean()
    .default(true)
    .describe("Whether a session parked by a usage limit may be woken when the limit's time is over"),
});

const outcomesSchema = z.enum(["all", "problems", "off"]);

const supervisionSchema = z.strictObject({
  outcomes: outcomesSchema
    .default("all")
    .describe(
      "Which ends of turns and sessions become a message to the session's supervisor: all of them, problems alone (errors, limits, interrupts, losses, stalls), or none",
    ),
  stall_after: durationSchema
    .prefault("30m")
    .describe("How long a busy session may give no sign of life until its supervisor is told"),
});

const policySchema = z.strictObject({
  other_machines: z
    .enum(["allow", "refuse"], {
      error: ({ input }) =>
        input === "hold" ? "holding messages is not in this version yet: write allow or refuse" : undefined,
    })
    .default("allow")
    .describe("Whether messages from other machines are let in; refused ones are told to their sender"),
  answer_permissions: z
    .boolean()
    .default(false)
    .describe("Whether you may answer a CLI's permission request through fleet"),
  max_hops: z
    .int()
    .min(1)
    .max(1000)
    .default(16)
    .describe("Messages that lead to messages: after so many the next is refused"),
  per_pair: rateSchema.prefault("60/m").describe("Messages allowed from one mailbox to one other, as 60/m"),
});

const inboxSchema = z.strictObject({
  depth: z
    .int()
    .min(1)
    .max(10_000)
    .default(1000)
    .describe("Messages that may wait for one session; the next is deferred"),
  context_bytes: z
    .int()
    .min(1000)
    .max(1_000_000)
    .optional()
    .describe("Bytes of messages given to a model at once; each CLI's own limit where absent"),
  show_human: z
    .boolean()
    .default(false)
    .describe("Whether sessions show their human what came in before they act"),
});

const eventsSchema = z.strictObject({
  bodies: z.boolean().default(false).describe("Whether prompts and last texts are stored in EVENTS"),
});

const runSchema = z.strictObject({
  key: secretSchema
    .optional()
    .describe(
      "32 bytes in base64 or hex, as env:NAME: full logs of runs are encrypted with it (AES-256-GCM)",
    ),
});

const logSchema = z.strictObject({
  level: z
    .enum(["debug", "info", "warn", "error"])
    .default("info")
    .describe("The least severe lines that are logged"),
});

const sessionSchema = z.strictObject({
  match: z.string().min(1).describe("Names or folders that this is for; * stands for anything"),
  role: token.optional().describe("Addressed by role:<role>"),
  parent: z.string().min(1).optional().describe("Its supervisor: a name, <machine>/<name> or me"),
  wake: z.boolean().optional().describe("Whether it may be woken"),
  outcomes: outcomesSchema.optional().describe("As supervision.outcomes, for these sessions"),
  show_human: z.boolean().optional().describe("As inbox.show_human, for these sessions"),
});

/** fleet.toml (DESIGN §11). Every key is optional; the descriptions are its documentation. */
export const configSchema = z.strictObject({
  machine: name
    .optional()
    .describe("This machine's name; its host name where absent. fleet restart takes a change"),
  ns: token.prefault("main").describe("The fleet's namespace. fleet restart takes a change"),
  server: serverSchema.prefault({}).describe("The NATS server; fleet restart takes a change"),
  me: meSchema.prefault({}).describe("You, the human"),
  wake: wakeSchema.prefault({}).describe("Waking idle sessions"),
  supervision: supervisionSchema.prefault({}).describe("What supervisors are told of their sessions"),
  policy: policySchema.prefault({}).describe("What is let through"),
  inbox: inboxSchema.prefault({}).describe("What a session is given"),
  events: eventsSchema.prefault({}).describe("What is stored of events"),
  run: runSchema.prefault({}).describe("Commands run by fleet run"),
  log: logSchema.prefault({}).describe("The daemon's log"),
  session: z
    .array(sessionSchema, { error: notAList("session") })
    .default([])
    .describe("Settings for sessions by name or folder; the first that matches decides"),
  cli: z
    .array(cliEntrySchema, { error: notAList("cli") })
    .superRefine(checkCliNames)
    .default([])
    .describe("Agent CLIs that fleet has no table of its own for: what their hooks' payloads mean"),
  adapter: z
    .array(adapterEntrySchema, { error: notAList("adapter") })
    .default([])
    .describe("Adapters; keys beside these are the adapter's own"),
});

/** What to write instead of the one table that is read where `[name]`, or only a `[name.part]`, stands. */
function notAList(table: string): z.core.$ZodErrorMap {
  return ({ input }) => (isRecord(input) ? `one table instead of a list: write [[${table}]]` : undefined);
}

/** A machine's config, read. */
export type FleetConfig = z.output<typeof configSchema>;
/** One `[[session]]`: settings for the sessions that its `match` names. */
export type SessionConfig = FleetConfig["session"][number];

/**
 * The JSON Schema of fleet.toml, of what is written and not of what is read out of it; with the keys of the adapters
 * whose forms are given.
 */
export function configJsonSchema(adapters: AdapterSchemas = {}): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(configSchema, { io: "input" });
  const { adapter, ...properties } = schema.properties ?? {};
  const entries = isRecord(adapter)
    ? { ...adapter, items: adapterItemSchema(adapter["items"], adapters) }
    : {};
  return {
    title: "fleet.toml",
    description: "The config of one machine of a fleet",
    ...schema,
    properties: { ...properties, adapter: entries },
  };
}
