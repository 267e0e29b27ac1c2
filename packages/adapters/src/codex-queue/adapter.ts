import { z } from "zod";
import { defineAdapter, type Adapter } from "@fleetbus/core";
import { codexQueueSink } from "./sink.ts";

const config = z.strictObject({
  program: z.string().min(1).default("codex").describe("Codex' program, by its name on PATH or its place."),
  env: z
    .record(z.string(), z.string())
    .default({})
    .describe(
      "All that it finds in its environment: PATH, HOME and, where it is another folder than ~/.codex, CODEX_HOME.",
    ),
  timeoutMs: z
    .int()
    .min(1)
    .default(5000)
    .describe("How long it may take to queue a prompt, in milliseconds."),
});

/** The config of the codex-queue adapter. */
export type CodexQueueConfig = z.infer<typeof config>;

/**
 * The rung `queue` of the wake ladder: `codex queue`, which gives a prompt to a thread wherever that runs (HOOKS.md §2.5).
 * Nothing half-typed is touched. That it was queued proves nothing: the proof is the prompt event that comes back.
 */
export const codexQueue: Adapter<CodexQueueConfig> = defineAdapter({
  spec: {
    type: "codex-queue",
    summary: "Wakes an idle Codex session through Codex' own queue.",
    config,
    examples: [
      {
        title: "With Codex in a place of its own",
        config: { program: "/opt/codex/bin/codex", env: { HOME: "/home/me", CODEX_HOME: "/srv/codex" } },
      },
    ],
    traits: { idempotent: false, ordered: false, proves: "nothing", isLocal: true },
    on: ["wake.queue"],
  },
  open: (parsed, context) => ({ sink: codexQueueSink(parsed, context) }),
});
