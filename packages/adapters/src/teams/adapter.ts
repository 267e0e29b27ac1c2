import { z } from "zod";
import { defineAdapter, type Adapter } from "@fleetbus/core";
import { httpSink } from "../http/sink.ts";
import { teamsChannel } from "./channel.ts";
import { maxBodyBytes, teamsText } from "./limits.ts";
import { teamsKeys } from "./url.ts";

const config = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .describe(
      "The URL of a workflow that begins when a Teams webhook request is received, with its sig: whoever has it posts.",
    )
    .meta({ secret: true }),
});

/** The config of the teams adapter. */
export type TeamsConfig = z.output<typeof config>;

/**
 * Posts Adaptive Cards through a workflow of Teams. It answers before it posts: a receipt proves nothing of Teams, and a
 * card that Teams refuses is seen in the workflow's own history only.
 */
export const teams: Adapter<TeamsConfig> = defineAdapter({
  spec: {
    type: "teams",
    summary: "Posts cards to a Microsoft Teams chat or channel through a workflow.",
    config,
    examples: [
      {
        title: "A workflow",
        config: {
          url: "https://prod-00.westeurope.logic.azure.com:443/workflows/XXXX/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=XXXX",
        },
      },
    ],
    traits: {
      ...{ idempotent: false, ordered: true, proves: "nothing", maxBytes: maxBodyBytes },
      rate: { count: 1, perMs: 250 },
    },
    text: teamsText,
    urls: { schemes: ["workflows", "workflow", "msteams"], parse: teamsKeys },
    on: ["turn.failed", "turn.stopped", "permission.requested", "session.lost", "run.finished"],
  },
  open: (parsed, context) => ({ sink: httpSink(teamsChannel(parsed), context) }),
});
