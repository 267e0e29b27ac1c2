import { z } from "zod";
import { Webhook } from "standardwebhooks";
import { gotifyServer } from "../../../packages/adapters/src/gotify/gotify.stub.test.support.ts";
import type { Judge, Received, Said } from "../../../packages/adapters/src/http/far-server.test.support.ts";
import { ntfyServer } from "../../../packages/adapters/src/ntfy/ntfy.stub.test.support.ts";
import { pushoverService } from "../../../packages/adapters/src/pushover/pushover.stub.test.support.ts";
import { twilioService } from "../../../packages/adapters/src/twilio/twilio.stub.test.support.ts";

/** What a far side was told, as it holds it: in its own markup. */
export interface Told {
  readonly title: string;
  readonly text: string;
}

/** A channel over HTTP: the channel's own strict stub, and a config that fits it. */
export interface HttpChannelFar {
  readonly judge: Judge;
  /** The adapter's own keys; what is secret names a variable of `env`. */
  keys(url: string): Readonly<Record<string, unknown>>;
  env(url: string): Readonly<Record<string, string>>;
  told(request: Received): Told;
  /** What a receipt's id looks like; absent where the far side gives none. */
  readonly providerId?: RegExp;
}

const hex = "0123456789abcdef0123456789abcdef";
const account = { account: `AC${hex}`, key: `SK${hex}`, secret: "right", from: "+15551234567" };
const app = { token: "a".repeat(30), user: "u".repeat(30) };
const topic = { token: "tk_0123456789abcdef", topic: "agents" };
const signing = `whsec_${Buffer.from("a key of thirty-two bytes, really").toString("base64")}`;

const pushed = z.object({ title: z.string().default(""), message: z.string() });
const cloudEvent = z.looseObject({ data: z.looseObject({ lastText: z.string().default("") }) });

/** Every other channel over HTTP, by its type. */
export const httpChannels: Readonly<Record<string, HttpChannelFar>> = {
  gotify: {
    judge: gotifyServer("AqAbCdEf"),
    keys: (url) => ({ server: url, token: "env:FAR_GOTIFY_TOKEN" }),
    env: () => ({ FAR_GOTIFY_TOKEN: "AqAbCdEf" }),
    told: toldInJson,
    providerId: /^\d+$/,
  },
  ntfy: {
    judge: ntfyServer({ ...topic, reply_topic: "agents-replies" }),
    keys: (url) => ({ server: url, topic: topic.topic, token: "env:FAR_NTFY_TOKEN" }),
    env: () => ({ FAR_NTFY_TOKEN: topic.token }),
    told: toldInJson,
    providerId: /^hwQ2YpKdmg$/,
  },
  pushover: {
    judge: pushoverService(app),
    keys: (url) => ({ server: url, token: "env:FAR_PUSHOVER_TOKEN", user: "env:FAR_PUSHOVER_USER" }),
    env: () => ({ FAR_PUSHOVER_TOKEN: app.token, FAR_PUSHOVER_USER: app.user }),
    told: ({ body }) => toldBy(Object.fromEntries(new URLSearchParams(body))),
    providerId: /^[0-9a-f-]{36}$/,
  },
  twilio: {
    judge: twilioService(account),
    keys: (server) => ({ ...account, secret: "env:FAR_TWILIO_SECRET", to: "+15557654321", server }),
    env: () => ({ FAR_TWILIO_SECRET: account.secret }),
    told: ({ body }) => ({ title: "", text: new URLSearchParams(body).get("Body") ?? "" }),
    providerId: /^SM\d{32}$/,
  },
  webhook: {
    judge: signed,
    keys: () => ({ url: "env:FAR_WEBHOOK_URL", secrets: ["env:FAR_WEBHOOK_KEY"] }),
    env: (url) => ({ FAR_WEBHOOK_URL: `${url}/hook`, FAR_WEBHOOK_KEY: signing }),
    told: ({ body }) => ({ title: "", text: cloudEvent.parse(JSON.parse(body)).data.lastText }),
  },
};

function toldInJson({ body }: Received): Told {
  return toldBy(JSON.parse(body));
}

function toldBy(said: unknown): Told {
  const { title, message } = pushed.parse(said);
  return { title, text: message };
}

/** A receiver as Standard Webhooks wants it. */
function signed({ headers, body }: Received): Said {
  try {
    new Webhook(signing).verify(body, { ...headers });
  } catch (error) {
    return { status: 401, body: String(error) };
  }
  return { status: 204 };
}
