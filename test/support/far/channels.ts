import {
  startMailServer,
  configOf,
} from "../../../packages/adapters/src/email/far/mail-server.test.support.ts";
import {
  startFarServer,
  type FarServer,
} from "../../../packages/adapters/src/http/far-server.test.support.ts";
import { chatChannels } from "./chat-channels.ts";
import { httpChannels, type Told } from "./http-channels.ts";
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
  /** How many sends it refused. */
  refused(): number;
  /** Where it is one over HTTP: to have it refuse and hang. */
  readonly http?: FarServer;
  close(): Promise<void>;
}

const overHttp = { ...chatChannels, ...httpChannels };

/** The types that `startChannel` can play. */
export const channelTypes: readonly string[] = [
  "email",
  ...Object.keys(overHttp),
  ...Object.keys(localChannels),
].toSorted();

/** Starts the far side of a channel. */
export async function startChannel(type: string): Promise<FarChannel> {
  if (Object.hasOwn(overHttp, type)) return startHttp(type);
  return Object.hasOwn(localChannels, type) ? startLocal(type) : startMail();
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
