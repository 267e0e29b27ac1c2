import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { ConnectionOptions, NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import type { Clock } from "../../clock.ts";
import type { FleetError } from "../../errors/fleet-error.ts";
import { authentication, readServers, type Credentials, type TlsFiles } from "./credentials.ts";
import { toBusError } from "./errors.ts";
import type { LinkParts } from "./link.ts";

/** How to reach the bus. */
export interface ConnectOptions {
  /** URLs; each may be a list with commas, and name a user and password, or a token. */
  readonly servers: string | readonly string[];
  readonly ns: string;
  /** Shown by the server's monitoring. */
  readonly name: string;
  readonly credentials?: Credentials;
  readonly tls?: TlsFiles;
  /** Where answers come to; a session may only listen on its own (NATS.md, decision 8). */
  readonly inboxPrefix?: string;
  /** Of an imported JetStream (NATS.md, decision 6). */
  readonly apiPrefix?: string;
  /**
   * `daemon` waits for the first connection until `signal` aborts and reconnects for ever; `once` tries once, for half
   * a second, and ends with its connection (NATS.md, client rules).
   */
  readonly mode: "daemon" | "once";
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** Problems that no call waits for, as a denied subscription or a consumer that has to be made again. */
  readonly onProblem?: (error: FleetError) => void;
}

/** Times of each mode in milliseconds. */
const times = {
  daemon: { dial: 5000, answer: 5000 },
  once: { dial: 500, answer: 2000 },
} as const;

const retryMs = 250;

/** Opens the connection. Rejects with `unavailable` (mode `once`, or aborted) or `unauthorized`. */
export async function open(options: ConnectOptions, clock: Clock): Promise<LinkParts> {
  const nc = options.mode === "once" ? await dial(options) : await dialUntil(options, clock);
  const timeoutMs = times[options.mode].answer;
  const prefix = options.apiPrefix === undefined ? {} : { apiPrefix: options.apiPrefix };
  const settings = { timeout: timeoutMs, checkAPI: false, ...prefix };
  return {
    nc,
    js: jetstream(nc, { ...settings }),
    jsm: await jetstreamManager(nc, { ...settings }),
    timeoutMs,
    inboxPrefix: options.inboxPrefix,
    report: (error) => options.onProblem?.(error),
  };
}

async function dialUntil(options: ConnectOptions, clock: Clock): Promise<NatsConnection> {
  for (;;) {
    try {
      return await dial(options);
    } catch (error) {
      const reason = toBusError(error, "");
      if (!reason.isRetryable || options.signal?.aborted === true) throw reason;
      options.onProblem?.(reason);
      // Why there is no connection says more than that the time is over.
      await clock
        .sleep(retryMs + Math.random() * retryMs, options.signal)
        .catch(() => Promise.reject(reason));
    }
  }
}

async function dial(options: ConnectOptions): Promise<NatsConnection> {
  const servers = readServers(options.servers);
  const credentials = options.credentials ?? servers.credentials;
  try {
    return await connect({
      ...natsOptions(options),
      ...authentication(credentials),
      servers: [...servers.urls],
    });
  } catch (error) {
    throw toBusError(error, `connecting to ${servers.urls.join(", ")}`);
  }
}

function natsOptions({ name, mode, inboxPrefix, tls }: ConnectOptions): ConnectionOptions {
  return {
    name,
    timeout: times[mode].dial,
    // A stack for each request costs more than the request.
    noAsyncTraces: true,
    ...(mode === "daemon" ? reconnecting : { reconnect: false }),
    ...(inboxPrefix === undefined ? {} : { inboxPrefix }),
    ...(tls === undefined ? {} : { tls: { ...tls } }),
  };
}

const reconnecting: ConnectionOptions = {
  maxReconnectAttempts: -1,
  reconnectTimeWait: retryMs,
  reconnectJitter: retryMs,
  pingInterval: 10_000,
  // A server that comes up may refuse for a moment what it takes a second later.
  ignoreAuthErrorAbort: true,
};
