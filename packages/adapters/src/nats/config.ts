import { z } from "zod";
import { isLoopback } from "../place/is-loopback.ts";
import { subjectProblem } from "./subject.ts";

const defaultPort = 4222;

/** One server of the far side. */
export interface NatsPlace {
  readonly host: string;
  readonly port: number;
  /** TLS, or nothing is said. */
  readonly isTls: boolean;
}

const server = z
  .string()
  .refine((text) => placeIn(text) !== undefined, "use nats://host:4222 or tls://host:4222, without a user");

const keys = z.strictObject({
  servers: z
    .array(server)
    .min(1)
    .describe(
      "Servers of the far side, tried in this order, as tls://nats.example.com:4222. tls: TLS or nothing is said; nats: in clear, only to this machine or to a host in allowPlain. No other server that they name is called.",
    ),
  subject: z
    .string()
    .default("fleet-events.{ns}.{machine}.{session}.{kind}")
    .describe(
      "Where each event goes; {ns}, {machine}, {session}, {kind} and {origin} are the event's own. It begins with a word of your own that is not fleet.",
    ),
  mode: z
    .enum(["binary", "structured"])
    .default("binary")
    .describe(
      "binary: the event's data with its attributes as ce- headers; structured: all of it as one CloudEvents JSON.",
    ),
  jetstream: z
    .boolean()
    .default(false)
    .describe(
      "true: a send counts when a stream has stored it, and the stream drops repeats by the event's id; false: when the server has read it, whether or not anybody listens.",
    ),
  user: z.string().min(1).optional().describe("The account's user, where the server wants one."),
  password: z.string().min(1).optional().describe("Its password.").meta({ secret: true }),
  token: z.string().min(1).optional().describe("A token instead.").meta({ secret: true }),
  nkey: z
    .string()
    .regex(/^SU[A-Z2-7]{56}\s*$/, "the seed of a user's nkey begins with SU")
    .optional()
    .describe("The seed of a user's nkey instead.")
    .meta({ secret: true }),
  creds: z
    .string()
    .regex(/BEGIN NATS USER JWT[^]*BEGIN USER NKEY SEED/, "not what a .creds file holds")
    .optional()
    .describe("What a .creds file holds instead; best named, as file:/home/me/fleet.creds.")
    .meta({ secret: true }),
  ca: z
    .string()
    .min(1)
    .optional()
    .describe("A certificate authority of one's own, PEM; best named, as file:/etc/ssl/nats-ca.pem.")
    .meta({ secret: true }),
  cert: z
    .string()
    .min(1)
    .optional()
    .describe("The certificate to show, PEM, where the server asks for one.")
    .meta({ secret: true }),
  key: z.string().min(1).optional().describe("Its private key, PEM.").meta({ secret: true }),
  inboxPrefix: z
    .string()
    .regex(/^[\w-]+(\.[\w-]+)*$/, "words with dots, as _INBOX_lab")
    .optional()
    .describe("Where answers come to, where the account may not listen on _INBOX."),
  allowPlain: z
    .array(z.string().min(1))
    .default([])
    .describe("Hosts that events and passwords may go to in clear, as nats.home."),
});

/** The keys of the nats adapter. */
export const natsConfig = keys.superRefine((config, context) => {
  for (const { path, message } of problemsOf(config))
    context.addIssue({ code: "custom", path: [path], message });
});

/** The config of the nats adapter. */
export type NatsConfig = z.output<typeof natsConfig>;

/** The server in `nats://host:port`; undefined for anything else, and where a user stands in it. */
export function placeIn(text: string): NatsPlace | undefined {
  const [, scheme, host = "", port = defaultPort] =
    /^(nats|tls):\/\/(\[[0-9a-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?\/?$/i.exec(text) ?? [];
  if (scheme === undefined || Number(port) < 1 || Number(port) > 65_535) return undefined;
  const name = host.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  return { host: name, port: Number(port), isTls: scheme.toLowerCase() === "tls" };
}

interface Problem {
  readonly path: string;
  readonly message: string;
}

function problemsOf(config: z.output<typeof keys>): readonly Problem[] {
  const { user, password, token, nkey, creds, cert, key, subject } = config;
  const ways = [user, token, nkey, creds].filter((way) => way !== undefined);
  const wrong = subjectProblem(subject);
  const open = config.servers.find((text) => !isCovered(text, config.allowPlain));
  return [
    ...(wrong === undefined ? [] : [{ path: "subject", message: wrong }]),
    ...(ways.length < 2 ? [] : [{ path: "user", message: "name one of user, token, nkey and creds" }]),
    ...((user === undefined) === (password === undefined)
      ? []
      : [{ path: "user", message: "a user has a password: name both, or neither" }]),
    ...((cert === undefined) === (key === undefined)
      ? []
      : [{ path: "cert", message: "a certificate has a key: name both, or neither" }]),
    ...(open === undefined
      ? []
      : [
          {
            path: "servers",
            message: `${open} goes in clear; use tls://, or name its host in allowPlain if that is meant`,
          },
        ]),
  ];
}

function isCovered(text: string, allowPlain: readonly string[]): boolean {
  const place = placeIn(text);
  return place === undefined || place.isTls || isLoopback(place.host) || allowPlain.includes(place.host);
}
