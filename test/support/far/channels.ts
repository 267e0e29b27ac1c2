import {
  startMailServer,
  configOf,
} from "../../../packages/adapters/src/email/far/mail-server.test.support.ts";
import {
  startFarServer,
  type FarServer,
} from "../../../packages/adapters/src/http/far-server.test.support.ts";
import { z } from "zod";
import { chatChannels } from "./chat-channels.ts";
import { httpChannels, type Told } from "./http-channels.ts";
import { startNatsFar } from "./nats-far.ts";
import { localChannels, startRecorder } from "./local-channels.ts";

/** One channel with its far side running. */
export interface FarChannel {
  readonly type: string;
  /** The adapter's own keys, and where it may call. */
  readonly keys: Readonly<Record<string, unknown>>;
  /** The secrets that the keys name. */
  readonly env: Readonly<Record<string, string>>;
  /** What a receipt's id looks like; absent where the far side gives none. */
  readonly providerId?: RegExp;
  /** All that it took, oldest first. */
  told(): Promise<readonly Told[]>;
  /** Where it takes events and no texts: the CloudEvents source of each. */
  sources?(): Promise<readonly string[]>;
  /** How many sends it refused. */
  refused(): number;
  /** Where it is one over HTTP: to have it refuse and hang. */
  readonly http?: FarServer;
  close(): Promise<void>;
}

const sourceSchema = z.looseObject({ source: z.string() });
const lastTextSchema = z.looseObject({ lastText: z.string().default("") });
const overHttp = { ...chatChannels, ...httpChannels };

/** The types that `startChannel` can play. */
export const channelTypes: readonly string[] = [
  ...["email", "nats"],
  ...Object.keys(overHttp),
  ...Object.keys(localChannels),
].toSorted();

/** Starts the far side of a channel. */
export async function startChannel(type: string): Promise<FarChannel> {
  if (Object.hasOwn(overHttp, type)) return startHttp(type);
  if (Object.hasOwn(localChannels, type)) return startLocal(type);
  return type === "nats" ? startNats() : startMail();
}

async function startHttp(type: string): Promise<FarChannel> {
  const found = overHttp[type];
  if (found === undefined) throw new Error(`there is no channel ${type}`);
  const { judge, keys, env, told, providerId } = found;
  const far = await startFarServer(judge);
  return {
    ...{ type, http: far, env: env(far.url), ...(providerId && { providerId }) },
    keys: { type, ...keys(far.url), allow_private: [new URL(far.url).host] },
    told: async () => far.taken.map(told),
    sources: async () => far.taken.map(({ body }) => sourceSchema.parse(JSON.parse(body)).source),
    refused: () => far.seen.length - far.taken.length,
    close: () => far.close(),
  };
}

async function startLocal(type: string): Promise<FarChannel> {
  const found = localChannels[type];
  if (found === undefined) throw new Error(`there is no channel ${type}`);
  const recorder = await startRecorder();
  return {
    ...{ type, env: {}, providerId: /^4711$/ },
    keys: { type, ...found.keys(recorder.program, recorder.file) },
    told: async () => (await recorder.calls()).map((call) => found.told(call)),
    refused: () => 0,
    close: () => recorder.close(),
  };
}

/** Over TLS, with a login. */
async function startMail(): Promise<FarChannel> {
  const far = await startMailServer();
  const { password, ca, ...keys } = configOf(far);
  return {
    ...{ type: "email", providerId: /^4F2A\d+$/ },
    keys: { type: "email", ...keys, password: "env:FAR_MAIL_PASSWORD", ca: "env:FAR_MAIL_CA" },
    env: { FAR_MAIL_PASSWORD: password, FAR_MAIL_CA: ca },
    told: async () => {
      const mails = await Promise.all(far.taken.map((mail) => mail.parse()));
      return mails.map(({ subject, text }) => ({ title: subject, text }));
    },
    refused: () => 0,
    close: () => far.leave(),
  };
}

/** Another nats-server, with a stream for what is forwarded. */
async function startNats(): Promise<FarChannel> {
  const far = await startNatsFar({ hasStream: true });
  return {
    ...{ type: "nats", env: {}, providerId: /^FORWARDED:\d+$/ },
    keys: {
      ...{ type: "nats", servers: [far.server.url], jetstream: true },
      allow_private: [new URL(far.server.url).host],
    },
    told: async () =>
      (await far.heard()).map(({ data }) => ({
        title: "",
        text: lastTextSchema.parse(JSON.parse(data)).lastText,
      })),
    sources: async () => (await far.heard()).map(({ headers }) => headers["ce-source"] ?? ""),
    refused: () => 0,
    close: () => far.close(),
  };
}
