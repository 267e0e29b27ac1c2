import { z } from "zod";
import { defineAdapter, type Adapter } from "@fleetbus/core";
import { checkTmux } from "./check.ts";
import { tmuxSink } from "./sink.ts";

const config = z.strictObject({
  command: z
    .string()
    .min(1)
    .default("tmux")
    .describe("The tmux program, or its path where it is not in the usual folders."),
  quietMs: z
    .int()
    .min(0)
    .default(1500)
    .describe(
      "How long the keys of a person who looks at the pane must rest, in milliseconds; tmux counts whole seconds.",
    ),
  idleMs: z
    .int()
    .min(0)
    .default(60_000)
    .describe("How long an unused connection to a tmux server stays open, in milliseconds."),
});

/** The config of the tmux adapter. */
export type TmuxConfig = z.infer<typeof config>;

/**
 * The rung `tmux` of the wake ladder: types one line into the pane of an idle CLI, and only where that is safe
 * (DESIGN §6). What it proves is nothing: the proof is the prompt event that comes back.
 */
export const tmux: Adapter<TmuxConfig> = defineAdapter({
  spec: {
    type: "tmux",
    summary: "Wakes an idle session by typing one line into its tmux pane.",
    config,
    examples: [
      { title: "As it is", config: {} },
      { title: "A tmux of one's own", config: { command: "/opt/tmux/bin/tmux", quietMs: 3000 } },
    ],
    // Sends overlap: a pane that is not free must not hold up the others. Within a pane they queue.
    traits: { idempotent: false, ordered: false, proves: "nothing" },
    on: ["wake.tmux"],
  },
  open: (parsed, context) => ({ sink: tmuxSink(parsed, context) }),
  check: checkTmux,
});
