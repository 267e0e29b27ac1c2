import { z } from "zod";
import { defineAdapter, type Adapter } from "@fleetbus/core";
import { httpSink } from "../http/sink.ts";
import { pushoverChannel } from "./channel.ts";
import { emergency, pushoverText } from "./limits.ts";
import { pushoverKeys } from "./url.ts";

const key = z.string().regex(/^[A-Za-z0-9]{30}$/, "use the 30 letters and digits that Pushover shows");
const seconds = z.int().min(emergency.minRetry).max(emergency.maxExpire);

const config = z.strictObject({
  token: key.describe("The token of an application.").meta({ secret: true }),
  user: key.describe("The key of a user, or of a group of them.").meta({ secret: true }),
  devices: z
    .array(z.string().regex(/^[A-Za-z0-9_-]{1,25}$/, "use up to 25 of A-Z, a-z, 0-9, - and _"))
    .default([])
    .describe("The names of the user's devices that show it; all of them where empty."),
  retry: seconds
    .default(60)
    .describe(
      "What is urgent sounds again after so many seconds, until somebody acknowledges it; 30 at least.",
    ),
  expire: seconds
    .default(3600)
    .describe(
      "After so many seconds it does not sound again; 10,800 at most, and it sounds 50 times at most.",
    ),
  server: z
    .url({ protocol: /^https?$/ })
    .default("https://api.pushover.net")
    .describe("Where the service is."),
});

/** The config of the Pushover adapter. */
export type PushoverConfig = z.output<typeof config>;

/** Sends notifications through Pushover. It knows no ids of ours: a try that is repeated shows twice. */
export const pushover: Adapter<PushoverConfig> = defineAdapter({
  spec: {
    type: "pushover",
    summary:
      "Sends notifications to phones through Pushover (10,000 a month are free); tried against a strict stub of it.",
    config,
    examples: [
      {
        title: "All devices of a user",
        config: { token: "env:PUSHOVER_TOKEN", user: "env:PUSHOVER_USER" },
      },
      {
        title: "One phone, and what is urgent every half minute",
        config: {
          ...{ token: "env:PUSHOVER_TOKEN", user: "env:PUSHOVER_USER" },
          ...{ devices: ["phone"], retry: 30, expire: 1800 },
        },
      },
    ],
    traits: { idempotent: false, ordered: false, proves: "accepted" },
    text: pushoverText,
    urls: { schemes: ["pover"], parse: pushoverKeys },
  },
  open: (parsed, context) => ({ sink: httpSink(pushoverChannel(parsed, context), context) }),
});
