import { z } from "zod";
import { defineAdapter, type Adapter } from "@fleetbus/core";
import { httpSink } from "../http/sink.ts";
import { twilioChannel } from "./channel.ts";
import { maxLength, textUpTo, twilioText } from "./limits.ts";
import { twilioKeys } from "./url.ts";

const number = /\+[1-9]\d{6,14}/;
/** A number, a messaging service, or a name of up to 11 letters and digits where the country takes one. */
const sender = new RegExp(`^(${number.source}|MG[0-9a-f]{32}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11})$`);

const config = z.strictObject({
  account: z
    .string()
    .regex(/^AC[0-9a-f]{32}$/, "use the account's SID: AC and 32 hexadecimal digits")
    .describe("The account's SID, AC and more."),
  key: z
    .string()
    .regex(/^SK[0-9a-f]{32}$/, "use an API key's SID: SK and 32 hexadecimal digits")
    .optional()
    .describe("The SID of an API key, SK and more; without one the secret is the account's auth token."),
  secret: z
    .string()
    .min(1)
    .describe("The API key's secret. It can be revoked alone; the account's auth token cannot.")
    .meta({ secret: true }),
  from: z
    .string()
    .regex(sender, "use a number as +15551234567, a messaging service (MG...), or a name of up to 11 letters")
    .describe(
      "Who sends: a number of the account as +15551234567, a messaging service (MG and more) or a name.",
    ),
  to: z
    .string()
    .regex(new RegExp(`^${number.source}$`), "use a number as +15551234567 (E.164): +, country, number")
    .describe(
      "Who gets it, as +15551234567. Each message costs money by its segments, up to 3 for 320 letters and up to 5 with emoji: set daily (as daily = 30) and a priority beside it.",
    ),
  longest: z
    .int()
    .min(70)
    .max(maxLength)
    .default(twilioText.maxText)
    .describe(
      "The longest SMS in characters, 1,600 at most; what is longer is cut, or split as overflow says.",
    ),
  server: z
    .url({ protocol: /^https?$/ })
    .default("https://api.twilio.com")
    .describe("Where the service is; a region's address where the account lives in one."),
});

/** The config of the Twilio adapter. */
export type TwilioConfig = z.output<typeof config>;

/**
 * Sends each notice as an SMS through Twilio. It knows no ids of ours: a try that is repeated costs and shows twice. The
 * receipt says that Twilio queued it, not that a phone got it.
 */
export const twilio: Adapter<TwilioConfig> = defineAdapter({
  spec: {
    type: "twilio",
    summary:
      "Sends an SMS through Twilio, cut at 320 characters unless longest says more; tried against a strict stub of it.",
    config,
    examples: [
      {
        title: "What is urgent, at most 30 a day (with priority and daily)",
        config: {
          ...{ account: "AC0123456789abcdef0123456789abcdef", key: "SK0123456789abcdef0123456789abcdef" },
          ...{ secret: "env:TWILIO_SECRET", from: "+15551234567", to: "+15557654321" },
        },
      },
    ],
    traits: {
      ...{ idempotent: false, ordered: false, proves: "accepted" },
      rate: { count: 1, perMs: 1000 },
    },
    text: twilioText,
    textOf: ({ longest }) => textUpTo(longest),
    urls: { schemes: ["twilio"], parse: twilioKeys },
  },
  open: (parsed, context) => ({ sink: httpSink(twilioChannel(parsed, context), context) }),
});
