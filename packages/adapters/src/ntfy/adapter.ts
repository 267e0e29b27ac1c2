import { z } from "zod";
import { defineAdapter, type Adapter } from "@fleetbus/core";
import { httpSink } from "../http/sink.ts";
import { ntfyChannel } from "./channel.ts";
import { ntfyText, textWithAnswers } from "./limits.ts";
import { ntfySource } from "./source/source.ts";
import { ntfyKeys } from "./url.ts";

const topicName = z.string().regex(/^[-_A-Za-z0-9]{1,64}$/, "use 1 to 64 of A-Z, a-z, 0-9, - and _");
const printable = /^[\x21-\x7e]+$/;

const action = z.strictObject({
  label: z.string().min(1).describe("What the button says."),
  url: z.url().describe("What it opens."),
});

const config = z
  .strictObject({
    server: z
      .url({ protocol: /^https?$/ })
      .default("https://ntfy.sh")
      .describe("The server's root. One of your own in a private network also needs allow_private."),
    topic: topicName.describe(
      "Where it is published. On a server without access control whoever guesses it reads along.",
    ),
    reply_topic: topicName
      .optional()
      .describe(
        "Where answers come in; [adapter.replies] needs it. Let everybody write to it and the account read it: a phone's button posts without credentials, and only a token of a notice counts.",
      ),
    token: z
      .string()
      .regex(printable)
      .optional()
      .describe("An access token, tk_ and more.")
      .meta({ secret: true }),
    username: z.string().min(1).optional().describe("Where there is no token: a user's name."),
    password: z.string().min(1).optional().describe("The user's password.").meta({ secret: true }),
    tags: z
      .array(z.string().regex(/^[^,]+$/, "a tag holds no comma"))
      .default([])
      .describe("Tags on every message beside the one that says its severity; names of emojis become such."),
    actions: z
      .array(action)
      .max(3)
      .default([])
      .describe(
        "Buttons that open a page, at most three with the choices of an answer, which come first. Every subscriber sees them: name no secret in one.",
      ),
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    path: ["password"],
    message: "a username and a password go together",
  })
  .refine(({ token, username }) => token === undefined || username === undefined, {
    path: ["token"],
    message: "a token or a username, not both",
  })
  .refine(({ topic, reply_topic: replies }) => replies !== topic, {
    path: ["reply_topic"],
    message: "use a topic of its own: what is published would come back as an answer",
  });

/** The config of the ntfy adapter. */
export type NtfyConfig = z.output<typeof config>;

/** Publishes to a topic of an ntfy server, and listens at another one for answers. A try that is repeated updates the same notification on the phone. */
export const ntfy: Adapter<NtfyConfig> = defineAdapter({
  spec: {
    type: "ntfy",
    summary:
      "Publishes to a topic of ntfy.sh or of an ntfy server of your own: a push to phones and browsers.",
    config,
    examples: [
      { title: "The public server", config: { topic: "agents-7f3kq", token: "env:NTFY_TOKEN" } },
      {
        title: "A server of your own",
        config: {
          ...{ server: "https://ntfy.example.com", topic: "agents" },
          ...{ username: "lab", password: "file:/run/secrets/ntfy" },
          actions: [{ label: "Dashboard", url: "https://fleet.example.com/" }],
        },
      },
      {
        title: "With a topic for answers",
        config: {
          ...{ server: "https://ntfy.example.com", topic: "agents", reply_topic: "answers-q8w2x" },
          token: "env:NTFY_TOKEN",
        },
      },
    ],
    traits: {
      ...{ idempotent: false, ordered: false, proves: "accepted" },
      rate: { count: 60, perMs: 300_000 },
    },
    text: ntfyText,
    textOf: ({ reply_topic: topic }) => (topic === undefined ? ntfyText : textWithAnswers(topic)),
    source: { vouches: "token", isExclusive: false, needs: ["reply_topic"] },
    urls: { schemes: ["ntfy", "ntfys"], parse: ntfyKeys },
  },
  open: (parsed, context) => ({
    sink: httpSink(ntfyChannel(parsed), context),
    source: ntfySource(parsed, context),
  }),
});
