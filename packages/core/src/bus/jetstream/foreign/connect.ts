import { isIP } from "node:net";
import type { ConnectionOptions, NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { FleetError } from "../../../errors/fleet-error.ts";
import { authentication } from "../credentials.ts";
import { foreignFailure } from "./failure.ts";
import type { ForeignOptions, ForeignServer } from "./port.ts";
import { foreignOn } from "./server.ts";

const dialMs = 5000;
/** A connection that hangs is found out after two of these, also while nothing is sent. */
const pingMs = 20_000;

/**
 * Connects once, to the first address that answers. Rejects with `unavailable`, with `unauthorized`, with `config` where
 * the server wants TLS that the options do not have, or with the signal's reason.
 */
export async function connectForeign(options: ForeignOptions, signal: AbortSignal): Promise<ForeignServer> {
  signal.throwIfAborted();
  const dialing = connect(natsOptions(options));
  const place = `${options.host}:${options.port}`;
  try {
    return foreignOn(await unlessAborted(dialing, signal), place);
  } catch (error) {
    signal.throwIfAborted();
    throw wantsTls(error)
      ? new FleetError("config", `connecting to ${place}: the server wants TLS; write tls://${place}`)
      : foreignFailure(error, `connecting to ${place}`);
  }
}

function natsOptions({
  addresses,
  host,
  port,
  name,
  credentials,
  tls,
  inboxPrefix,
}: ForeignOptions): ConnectionOptions {
  // Node takes no address for a server name, and then compares the certificate with `host`.
  const identity = { host, servername: isIP(host) === 0 ? host : "" };
  return {
    servers: addresses.map((address) => `${isIP(address) === 6 ? `[${address}]` : address}:${port}`),
    ...{ name, noRandomize: true, resolve: false, timeout: dialMs, pingInterval: pingMs },
    ...{ reconnect: false, ignoreClusterUpdates: true, noAsyncTraces: true },
    ...authentication(credentials),
    tls: tls === undefined ? null : { ...tls, ...identity },
    ...(inboxPrefix === undefined ? {} : { inboxPrefix }),
  };
}

/** What connects too late is closed. */
function unlessAborted(dialing: Promise<NatsConnection>, signal: AbortSignal): Promise<NatsConnection> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      dialing.then(
        (late) => late.close(),
        () => undefined, // it did not connect either
      );
      reject(signal.reason);
    };
    signal.addEventListener("abort", stop, { once: true });
    dialing.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/** The library, told to do without, fails on the options that it was not given. */
function wantsTls(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof TypeError && error.message.includes("'certFile'");
}
