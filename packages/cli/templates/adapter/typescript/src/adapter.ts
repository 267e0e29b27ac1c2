import { defineAdapter, type Adapter } from "@fleetbus/core";
import { config, type Config } from "./config.ts";
// only: sink
import { text } from "./limits.ts";
import { openSink } from "./sink.ts";
// end
// only: source
import { openSource } from "./source.ts";
// end

/** fleet's adapter of doorbell. */
export const adapter: Adapter<Config> = defineAdapter({
  spec: {
    type: "doorbell",
    summary: "Connects fleet with doorbell.",
    config,
    examples: [
      { title: "One server", config: { url: "https://doorbell.example", token: "env:DOORBELL_TOKEN" } },
    ],
    traits: { idempotent: true, ordered: false, rate: { count: 60, perMs: 60_000 }, proves: "accepted" },
    // only: sink
    text,
    // end
    // only: source
    source: { vouches: "sender", isExclusive: true },
    // end
  },
  open: (own, context) => ({
    // only: sink
    sink: openSink(own, context),
    // end
    // only: source
    source: openSource(own, context),
    // end
  }),
});
