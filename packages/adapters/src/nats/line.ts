import { FleetError, timeLimit, unlessAborted, type AdapterContext } from "@fleetbus/core";
import type { Credentials, ForeignServer, ForeignTls } from "@fleetbus/core/nats";
import { placeIn, type NatsConfig, type NatsPlace } from "./config.ts";

/** For messages. */
export const doing = "forwarding to NATS";

/** To find a server that takes the connection, of all that are named. */
const openMs = 15_000;

/** The connection to the far side: opened when there is something to send, and anew after it broke. */
export interface NatsLine {
  /** Concurrent callers share one. Rejects with a FleetError, or with the signal's reason. */
  take(signal: AbortSignal): Promise<ForeignServer>;
  /** What failed on it may have broken it: the next `take` opens another. */
  drop(server: ForeignServer): Promise<void>;
  close(): Promise<void>;
}

/** A line to the config's servers; nobody is called yet, and nothing of the NATS client is loaded. */
export function natsLine(config: NatsConfig, context: AdapterContext): NatsLine {
  const closing = new AbortController();
  let opening: Promise<ForeignServer> | undefined;
  let open: ForeignServer | undefined;
  const begin = async () => {
    try {
      open = await connectAny(config, context, AbortSignal.any([closing.signal, timeLimit(openMs)]));
      return open;
    } finally {
      opening = undefined;
    }
  };
  return {
    take: async (signal) => {
      if (open?.isOpen() === true) return open;
      opening ??= begin();
      return unlessAborted(opening, AbortSignal.any([signal, closing.signal]));
    },
    drop: async (server) => {
      if (open === server) open = undefined;
      await server.close();
    },
    close: async () => {
      closing.abort(new FleetError("unavailable", `${doing}: the adapter is closing`));
      await opening?.then(
        (server) => server.close(),
        () => undefined, // it never opened
      );
      await open?.close();
    },
  };
}

/** The first server that takes the connection. What one refuses for good is told rather than that another is away. */
async function connectAny(
  config: NatsConfig,
  context: AdapterContext,
  signal: AbortSignal,
): Promise<ForeignServer> {
  let reason: unknown;
  for (const place of config.servers.map(placeIn).filter((each) => each !== undefined)) {
    try {
      return await connectTo(place, { config, context, signal });
    } catch (error) {
      if (signal.aborted) throw closedOrLate(signal, reason ?? error);
      if (!(reason instanceof FleetError) || reason.isRetryable) reason = error;
    }
  }
  throw reason;
}

interface Call {
  readonly config: NatsConfig;
  readonly context: AdapterContext;
  readonly signal: AbortSignal;
}

async function connectTo(place: NatsPlace, { config, context, signal }: Call): Promise<ForeignServer> {
  const { host, port, isTls } = place;
  const addresses = await unlessAborted(context.addressesOf(host, port), signal);
  const { connectForeign } = await import("@fleetbus/core/nats");
  const server = await connectForeign(
    {
      ...{ addresses, host, port, name: `fleet ${context.ns} ${context.name}` },
      ...credentialsOf(config),
      ...(isTls ? { tls: tlsOf(config) } : {}),
      ...(config.inboxPrefix === undefined ? {} : { inboxPrefix: config.inboxPrefix }),
    },
    signal,
  );
  try {
    if (!(await server.holdsFleet(context.ns, signal))) return server;
  } catch (error) {
    await server.close();
    throw error;
  }
  await server.close();
  throw ownFleet(place, context.ns);
}

function ownFleet({ host, port }: NatsPlace, ns: string): FleetError {
  const text = `${doing}: the account at ${host}:${port} holds fleet ${ns} itself`;
  return new FleetError(
    "refused",
    `${text}; whoever may listen there has its events, or name another account`,
  );
}

function credentialsOf(config: NatsConfig): { readonly credentials?: Credentials } {
  const { creds, token, nkey, user, password = "" } = config;
  // the library finds the seed by the line end behind it, which a secret's text has lost
  if (creds !== undefined) return { credentials: { creds: `${creds}\n` } };
  if (token !== undefined) return { credentials: { token } };
  if (nkey !== undefined) return { credentials: { nkeySeed: nkey.trim() } };
  return user === undefined ? {} : { credentials: { user, password } };
}

function tlsOf({ ca, cert, key }: NatsConfig): ForeignTls {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
  };
}

function closedOrLate(signal: AbortSignal, error: unknown): unknown {
  if (signal.reason instanceof FleetError) return signal.reason;
  return new FleetError("unavailable", `${doing}: no server took the connection in time`, { cause: error });
}
