import type { AdapterContext, SourceDelivery } from "@fleetbus/core";
import { startFarServer, type FarServer } from "../../http/far-server.test.support.ts";
import { contextOf } from "../../http/sending.test.support.ts";
import { telegram } from "../adapter.ts";
import { botApi, chat, token, type BotApi } from "../far.test.support.ts";

/** A Bot API and the adapter's source at it, which is listened to as the host does: one delivery after the other. */
export interface Listening {
  readonly api: BotApi;
  readonly far: FarServer;
  /** What was logged: the reasons. */
  readonly reasons: readonly string[];
  /** The next delivery; rejects where receive ends or throws. */
  next(): Promise<SourceDelivery>;
  /** Ends the listening, as a stop of the host does. */
  stop(): Promise<void>;
}

/** What is asked for beside the usual. */
export interface ListenOptions {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly context?: Partial<AdapterContext>;
  /** One that others use too. */
  readonly at?: { readonly api: BotApi; readonly far: FarServer };
}

/** Lends `run` a source that listens; all is closed after it. */
export async function withListening<T>(
  run: (listening: Listening) => Promise<T>,
  { config = {}, context = {}, at }: ListenOptions = {},
): Promise<T> {
  const api = at?.api ?? botApi();
  const far = at?.far ?? (await startFarServer(api.judge));
  const reasons: string[] = [];
  const log = (fields: object) => void ("reason" in fields && reasons.push(String(fields.reason)));
  const { source } = telegram.open(
    telegram.spec.config.parse({ token, chat, api: far.url, ...config }),
    contextOf({ log: { debug: log, info: log, warn: log, error: log }, ...context }),
  );
  if (source === undefined) throw new Error("the adapter has no source");
  const over = new AbortController();
  await source.connect(over.signal);
  const deliveries = source.receive(over.signal)[Symbol.asyncIterator]();
  const stop = async () => {
    over.abort();
    await source.close();
  };
  const next = async () => {
    const result = await deliveries.next();
    if (result.done === true) throw new Error("receive ended");
    return result.value;
  };
  try {
    return await run({ api, far, reasons, next, stop });
  } finally {
    await stop();
    if (at === undefined) await far.close();
  }
}
