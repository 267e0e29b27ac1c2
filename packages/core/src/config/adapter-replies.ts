import { z } from "zod";
import { durationSchema, rateSchema } from "./values.ts";

/** `[adapter.replies]`: what may come back by a channel, from whom, and where it goes. */
export const repliesSchema = z.strictObject({
  from: z
    .array(z.string().min(1))
    .default([])
    .describe("Who may answer, as the channel calls them: numbers of Telegram users"),
  to: z
    .string()
    .min(1)
    .optional()
    .describe(
      "The session that gets what answers nothing and names nobody; such a text is refused where absent",
    ),
  choices: z
    .array(z.string().min(1).max(40))
    .max(3)
    .default([])
    .describe("Answers to pick from under each notice, as go on; where the channel has buttons"),
  by: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Where this adapter only sends: the adapter that its answers come in by, as one of type inbound; whose rules then count",
    ),
  expire: durationSchema.prefault("24h").describe("How long a notice can be answered by its token"),
  confirm: z
    .enum(["never", "free", "always"])
    .default("free")
    .describe("What is asked back before it goes: nothing, what answers no notice, or everything"),
  rate: rateSchema.prefault("20/m").describe("Texts taken, as 20/m; wrong tokens count too"),
  deny: z.array(z.string().min(1)).default([]).describe("Words that no answer may hold, in any case"),
  quotas: z
    .boolean()
    .default(false)
    .describe("Whether a signed request may set how many sends a day an adapter has"),
});

/** What may come back by an adapter. */
export type RepliesConfig = z.output<typeof repliesSchema>;
