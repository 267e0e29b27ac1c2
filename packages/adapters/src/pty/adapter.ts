import { z } from "zod";
import { defineAdapter, type Adapter } from "@fleetbus/core";
import { ptySink } from "./sink.ts";

const config = z.strictObject({
  lookAgainMs: z
    .int()
    .min(1)
    .default(1000)
    .describe(
      "How often it is looked whether another program is still in front of the CLI, in milliseconds.",
    ),
});

/** The config of the pty adapter. */
export type PtyConfig = z.infer<typeof config>;

/**
 * The rung `pty` of the wake ladder: has `fleet wrap` type one line into the terminal that it holds, between the person's
 * keys (DESIGN §6). What it proves is nothing: the proof is the prompt event that comes back.
 */
export const pty: Adapter<PtyConfig> = defineAdapter({
  spec: {
    type: "pty",
    summary: "Wakes an idle session that was started by fleet wrap by typing one line.",
    config,
    examples: [{ title: "As it is", config: {} }],
    // Sends overlap: a terminal that is not free must not hold up the others. Within one, fleet wrap queues them.
    traits: { idempotent: false, ordered: false, proves: "nothing" },
    on: ["wake.pty"],
  },
  open: (parsed, context) => ({ sink: ptySink(parsed, context) }),
});
