import { z } from "zod";
import { nearest } from "../names/nearest.ts";
import { durationSchema } from "./values.ts";

/** The kinds of events that a CLI's hook can tell of; all others come from outside a session. */
export const toldKinds = [
  ...["session.started", "session.ended", "prompt.submitted", "tool.started", "tool.finished"],
  ...["tool.failed", "permission.requested", "permission.resolved", "notification.raised"],
  ...["message.displayed", "turn.stopped", "turn.failed", "turn.parked", "turn.interrupted"],
  ...["subagent.started", "subagent.stopped", "context.compacted"],
] as const;

/** A kind of event that a hook can tell of. */
export type ToldKind = (typeof toldKinds)[number];

/** Names of CLIs that fleet has its own tables for, and words of the hook client's own. */
export const takenCliNames = ["claude", "codex", "gemini", "grok", "demo", "wait"] as const;

const path = z
  .string()
  .max(200)
  .regex(/^[^.]+(?:\.[^.]+)*$/, "use a key, or keys with dots between, as session.id");

const fieldsShape = {
  session: path
    .optional()
    .describe("The session's id; session_id where absent. A payload without is refused"),
  cwd: path.optional().describe("The folder that it works in; cwd where absent"),
  source: path.optional().describe("Why a session began; source where absent"),
  reason: path.optional().describe("Why it ended; reason where absent"),
  prompt: path.optional().describe("What was asked; prompt where absent"),
  prompt_id: path
    .optional()
    .describe("The prompt's id, the same until its turn ends; prompt_id where absent"),
  last_text: path.optional().describe("The turn's last text; last_assistant_message where absent"),
  continued: path
    .optional()
    .describe("true at a stop after one that was continued; stop_hook_active where absent"),
  background: path
    .optional()
    .describe("The list of what still runs at a stop; background_tasks where absent"),
  error: path.optional().describe("Why a tool or a turn failed; error where absent"),
  tool: path.optional().describe("The tool's name; tool_name where absent"),
  tool_id: path.optional().describe("The tool call's id; tool_use_id where absent"),
  tool_input: path.optional().describe("What the tool is called with; tool_input where absent"),
  duration_ms: path.optional().describe("How long it took, in milliseconds; duration_ms where absent"),
  agent: path.optional().describe("Present where a sub-agent speaks: its id; agent_id where absent"),
  agent_type: path.optional().describe("What the sub-agent is for; agent_type where absent"),
  permission_mode: path.optional().describe("What may be done unasked; permission_mode where absent"),
  message: path.optional().describe("A notification's text; message where absent"),
  notification: path.optional().describe("A notification's type; notification_type where absent"),
  trigger: path.optional().describe("Why the context was compacted; trigger where absent"),
} as const;

/** What an event can be told as, with the nearest one for a word that is none. */
function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, {
    error: ({ input }) => {
      if (typeof input !== "string") return undefined;
      const [meant] = nearest(input, words);
      const way = meant === undefined ? `there are ${words.join(", ")}` : `did you mean ${meant}?`;
      return `there is no "${input}"; ${way}`;
    },
  });
}

const kindSchema = oneOf([...toldKinds, "none"]);

const whenSchema = z.strictObject({
  field: path.describe("The field of the payload that is looked at, as result.status"),
  is: z.union([z.string(), z.number(), z.boolean()]).describe("What it has to be"),
  kind: kindSchema.describe("What the event means then; none: nothing"),
});

const eventSchema = z.strictObject({
  kind: kindSchema.describe("What it means to the fleet, as turn.stopped; none: nothing"),
  when: z
    .array(whenSchema)
    .default([])
    .describe("What it means where a field says more; the first that fits"),
  needs: z
    .array(path)
    .default([])
    .describe(
      "Fields beside the session's that have to be there; fleet hooks test names those that are missing",
    ),
  context: oneOf(["none", "adds", "continues"])
    .default("none")
    .describe("What the hook's answer does: nothing; context for the model; the turn goes on with it"),
  answer: z
    .string()
    .regex(/^(?:context|block|text|json:[^.]+(?:\.[^.]+)*)$/, "use context, block, text or json:<key>")
    .default("context")
    .describe(
      "How the answer is written: context (hookSpecificOutput.additionalContext), block (a decision with a reason), text (as it is), json:<key> (an object with the text under that key)",
    ),
  timeout: durationSchema
    .prefault("10s")
    .describe("What its hook is to be given, as 10s; fleet hooks command says it"),
});

const mappingShape = {
  event_field: path
    .optional()
    .describe("The field of the payload that names the event; where absent the hook's line does"),
  shared_process: z
    .boolean()
    .default(false)
    .describe("true: its hooks run in a process of several sessions, whose pid and pane say nothing of one"),
  max_context: z
    .int()
    .min(200)
    .max(1_000_000)
    .default(9500)
    .describe("The longest context that reaches the model whole, in bytes"),
  max_continuations: z
    .int()
    .min(1)
    .max(50)
    .default(7)
    .describe("Turns in a row that fleet continues; it has to be less than the CLI's own cap"),
  timeout_unit: oneOf(["s", "ms"]).default("s").describe("The unit of timeouts in its hook file"),
  fields: z.strictObject(fieldsShape).prefault({}).describe("Where what fleet reads stands in its payloads"),
  events: z
    .record(
      z
        .string()
        .regex(/[A-Za-z]/, "use a name with letters")
        .max(64),
      eventSchema,
    )
    .default({})
    .describe("What its events mean, each under the CLI's own name"),
} as const;

/** One `[[cli]]`: an agent CLI that fleet has no table of its own for. */
export const cliEntrySchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z]{1,32}$/, "use a-z, at most 32 letters: it is a word of the hook's line")
      .refine((name) => !isTaken(name), {
        error: ({ input }) => `fleet has its own table of ${String(input)}`,
      })
      .describe("Its name in fleet, of the letters a-z"),
    ...mappingShape,
  })
  .superRefine(({ events }, context) => {
    const words = Object.keys(events).map(hookWord);
    Object.keys(events).forEach((name, index) => {
      const first = Object.keys(events)[words.indexOf(words[index] ?? "")] ?? "";
      if (first === name) return;
      const message = `in a hook's line it is the same word as "${first}"`;
      context.addIssue({ code: "custom", path: ["events", name], message });
    });
  });

/** What only the whole list shows: two entries of one name. */
export function checkCliNames(entries: readonly CliConfig[], context: z.core.$RefinementCtx): void {
  const names = entries.map(({ name }) => name);
  names.forEach((name, index) => {
    const first = names.indexOf(name);
    if (first === index) return;
    const message = `cli[${first}] is called ${name} already`;
    context.addIssue({ code: "custom", path: [index, "name"], message });
  });
}

/** A `[[cli]]`, read. */
export type CliConfig = z.output<typeof cliEntrySchema>;

/** A field's name in `[cli.fields]`. */
export type CliField = keyof typeof fieldsShape;

/** An event's name as a word of a hook's line, which holds letters alone: `turn-end` is `turnend`. */
export function hookWord(event: string): string {
  return event.replaceAll(/[^A-Za-z]/g, "");
}

function isTaken(name: string): boolean {
  return takenCliNames.some((taken) => taken === name);
}
