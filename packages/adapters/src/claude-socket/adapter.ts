import { z } from "zod";
import { defineAdapter, type Adapter } from "@fleetbus/core";
import { claudeSocketSink } from "./sink.ts";

const config = z.strictObject({
  timeoutMs: z
    .int()
    .min(1)
    .default(2000)
    .describe("How long the session's socket may take to accept a wake, in milliseconds."),
});

/** The config of the claude-socket adapter. */
export type ClaudeSocketConfig = z.infer<typeof config>;

/**
 * The rung `socket` of the wake ladder: hands the wake to Claude Code's own messaging socket (HOOKS.md §1.7). Nothing
 * half-typed is touched. The planner uses it only where the user's `crossSessionInbound` accepts it: elsewhere it would
 * open a dialog. The socket answers nothing, so what it proves is nothing: the proof is the prompt event that comes back.
 */
export const claudeSocket: Adapter<ClaudeSocketConfig> = defineAdapter({
  spec: {
    type: "claude-socket",
    summary: "Wakes an idle Claude Code session through its messaging socket.",
    config,
    examples: [{ title: "As it is", config: {} }],
    traits: { idempotent: false, ordered: false, proves: "nothing" },
    on: ["wake.socket"],
  },
  open: (parsed, context) => ({ sink: claudeSocketSink(parsed, context) }),
});
