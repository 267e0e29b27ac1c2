import { z } from "zod";
import { defineAdapter, type Adapter } from "@fleetbus/core";
import { httpSink } from "../http/sink.ts";
import { gotifyChannel } from "./channel.ts";
import { gotifyText } from "./limits.ts";
import { gotifyKeys } from "./url.ts";

const config = z.strictObject({
  server: z
    .url({ protocol: /^https?$/ })
    .describe(
      "The server, with the path that it stands under. In a private network it also needs allow_private.",
    ),
  token: z
    .string()
    .regex(/^[\x21-\x7e]+$/, "an application's token is one word")
    .describe("The token of an application, not of a client: only that may send.")
    .meta({ secret: true }),
});

/** The config of the Gotify adapter. */
export type GotifyConfig = z.output<typeof config>;

/** Sends messages of one application of a Gotify server. It knows no ids of ours: a try that is repeated shows twice. */
export const gotify: Adapter<GotifyConfig> = defineAdapter({
  spec: {
    type: "gotify",
    summary:
      "Sends messages through a Gotify server of your own; tried against a strict stub of it, not the server itself.",
    config,
    examples: [
      {
        title: "A server at home (with allow_private)",
        config: { server: "http://gotify.home:8080", token: "env:GOTIFY_TOKEN" },
      },
    ],
    traits: { idempotent: false, ordered: false, proves: "accepted" },
    text: gotifyText,
    urls: { schemes: ["gotify", "gotifys"], parse: gotifyKeys },
  },
  open: (parsed, context) => ({ sink: httpSink(gotifyChannel(parsed), context) }),
});
