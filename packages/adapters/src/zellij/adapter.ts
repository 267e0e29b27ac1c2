import { z } from "zod";
import { defineAdapter, type Adapter } from "@fleetbus/core";
import { checkZellij } from "./check.ts";
import { zellijSink } from "./sink.ts";

const config = z.strictObject({
  command: z
    .string()
    .min(1)
    .default("zellij")
    .describe("The zellij program, or its path where it is not in the usual folders."),
  path: z
    .string()
    .min(1)
    .optional()
    .describe(
      "The PATH on which it is looked for; without one the usual folders, with fleet's own rung the daemon's.",
    ),
  callMs: z
    .int()
    .min(1)
    .default(5000)
    .describe("How long one call of zellij may take, in milliseconds; a look at a pane is two calls."),
});

/** The config of the zellij adapter. */
export type ZellijConfig = z.infer<typeof config>;

/**
 * The rung `zellij` of the wake ladder: types one line into the pane of an idle CLI by `zellij action`, and only where
 * that is safe (DESIGN §6). What it proves is nothing: the proof is the prompt event that comes back.
 */
export const zellij: Adapter<ZellijConfig> = defineAdapter({
  spec: {
    type: "zellij",
    summary:
      "Wakes an idle session by typing one line into its zellij pane; tested by its argv contract only.",
    config,
    examples: [
      { title: "As it is", config: {} },
      { title: "A zellij of one's own", config: { command: "/opt/zellij/bin/zellij", callMs: 10_000 } },
    ],
    // Sends overlap: a pane that is not free must not hold up the others. Within a pane they queue.
    traits: { idempotent: false, ordered: false, proves: "nothing" },
    on: ["wake.zellij"],
  },
  open: (parsed, context) => ({ sink: zellijSink(parsed, context) }),
  check: checkZellij,
});
