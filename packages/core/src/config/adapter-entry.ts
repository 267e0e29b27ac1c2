import { z } from "zod";
import { originSchema } from "../event/origin.ts";
import { prioritySchema } from "../message/message.ts";
import { isReserved, isToken } from "../names/token.ts";
import { repliesSchema } from "./adapter-replies.ts";
import { privatePlaceOf } from "./private-place.ts";
import { durationSchema, rateSchema } from "./values.ts";

const name = z
  .string()
  .refine(isToken, "use a-z, 0-9, - and _, at most 63 characters")
  .refine((text) => !isReserved(text), "a reserved name");
const globs = z.array(z.string().min(1));

/** Which events an adapter takes; what is absent lets everything through. */
const routeShape = {
  on: globs.optional().describe("Kinds of events it takes, as turn.failed or session.*"),
  priority: prioritySchema.optional().describe("The least priority it takes"),
  sessions: globs.optional().describe("Sessions it hears of, as web, lab/* or *-codex"),
  roles: globs.optional().describe("Roles it hears of"),
  origins: z
    .array(originSchema)
    .optional()
    .describe("Whose doing it hears of: human, agent, system, external"),
  types: globs.optional().describe("Types of messages it takes, where it takes messages"),
};

/** How what it takes reaches the far side. */
const deliveryShape = {
  enabled: z.boolean().default(true).describe("false: it stays in the config and does nothing"),
  runs: z
    .enum(["one", "each"])
    .optional()
    .describe(
      "one: exactly one of the machines that have it sends; each: all of them do. As the adapter says where absent",
    ),
  rate: rateSchema.optional().describe("Sends allowed, as 30/m; the channel's own limit where absent"),
  daily: z
    .int()
    .min(1)
    .optional()
    .describe("Sends allowed in a day of your time zone; the rest waits for the next"),
  digest: durationSchema
    .optional()
    .describe("What comes within this time of the first is sent as one, as 5m"),
  dedupe: durationSchema
    .optional()
    .describe(
      "The same state of the same session is told once within this time; where absent 10m if it writes to people or is in me.via, else each event is sent",
    ),
  quiet: z
    .enum(["hold", "ignore"])
    .optional()
    .describe(
      "What it does in your quiet hours (me.quiet); hold where absent if it writes to people or is in me.via, else ignore: a program has no night",
    ),
  resolve: z.boolean().default(true).describe("Whether it says so when a state that it told of is over"),
  overflow: z
    .enum(["truncate", "split", "attach"])
    .optional()
    .describe("What is done with a text that is too long; the channel's own way where absent"),
  sound: z.string().min(1).optional().describe("A sound, where the channel knows any"),
  allow_private: z
    .array(
      z
        .string()
        .refine((text) => privatePlaceOf(text) !== undefined, "use a host or host:port, as ntfy.home:80"),
    )
    .default([])
    .describe("Private addresses it may call, as 127.0.0.1:8080 or ntfy.home:80"),
  template: z
    .record(
      z.string(),
      z.strictObject({
        title: z.string().optional().describe("Mustache: the title"),
        text: z.string().optional().describe("Mustache: the text, in the channel's own markup"),
      }),
    )
    .default({})
    .describe('What it says, by kind of event, as [adapter.template."turn.failed"]; * for all others'),
};

/** What comes back by it. */
const replyShape = {
  replies: repliesSchema.optional().describe("What may come back by it; nothing where absent"),
};

/** One `[[adapter]]`: fleet's own keys; those of the adapter stand beside them. */
export const adapterEntrySchema = z
  .looseObject({
    name: name.describe("The instance's own name"),
    type: z
      .string()
      .min(1)
      .optional()
      .describe(
        "A built-in adapter, the path of a module (./mine.mjs) or a package; where absent, url says it",
      ),
    url: z
      .string()
      .min(1)
      .optional()
      .describe(
        "Without a type: all of the adapter's own keys in one, as ntfy://host/topic; env:NAME or file:/path",
      ),
    ...routeShape,
    ...deliveryShape,
    ...replyShape,
  })
  .refine(({ type, url }) => type !== undefined || url !== undefined, {
    path: ["type"],
    message: "say a type, or a url whose scheme says it",
  });

/** One `[[adapter]]`, with the adapter's own keys beside fleet's. */
export type AdapterConfig = z.output<typeof adapterEntrySchema>;

/** The keys of an `[[adapter]]` that are fleet's; all others are the adapter's own. With a type, `url` is the adapter's own too. */
export const adapterKeys: readonly string[] = [
  ...["name", "type"],
  ...Object.keys(routeShape),
  ...Object.keys(deliveryShape),
  ...Object.keys(replyShape),
];
