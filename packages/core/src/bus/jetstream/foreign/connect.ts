import { isIP } from "node:net";
import type { ConnectionOptions, NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { FleetError, messageOf } from "../../../errors/fleet-error.ts";
import { unlessAborted } from "../../../unless-aborted.ts";
import { authentication } from "../credentials.ts";
import { foreignFailure } from "./failure.ts";
import { knock } from "./knock.ts";
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
  const place = `${options.host}:${options.port}`;
  const address = await firstThatAnswers(options, place, signal);
  const dialing = connect(natsOptions(options, address));
  try {
    return foreignOn(await unlessAborted(dialing, signal), place);
  } catch (error) {
    if (signal.aborted) void closeLate(dialing);
    signal.throwIfAborted();
    throw foreignFailure(error, `connecting to ${place}`);
  }
}

async function firstThatAnswers(
  { addresses, port, tls }: ForeignOptions,
  place: string,
  signal: AbortSignal,
): Promise<string> {
  const reasons: string[] = [];
  for (const address of addresses) {
    try {
      const greeting = await knock(address, port, signal);
      if (greeting.tls_required && tls === undefined) throw wantsTls(place);
      return address;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof FleetError && !error.isRetryable) throw error;
      reasons.push(messageOf(error));
    }
  }
  throw new FleetError("unavailable", `connecting to ${place}: ${reasons.join("; ") || "it has no address"}`);
}

function wantsTls(place: string): FleetError {
  return new FleetError("config", `connecting to ${place}: the server wants TLS; write tls://${place}`);
}

function natsOptions(options: ForeignOptions, address: string): ConnectionOptions {
  const { host, port, name, credentials, tls, inboxPrefix } = options;
  // Node takes no address for a server name, and then compares the certificate with `host`.
  const identity = { host, servername: isIP(host) === 0 ? host : "" };
  return {
    servers: `${isIP(address) === 6 ? `[${address}]` : address}:${port}`,
    ...{ name, resolve: false, timeout: dialMs, pingInterval: pingMs },
    ...{ reconnect: false, ignoreClusterUpdates: true, noAsyncTraces: true },
    ...authentication(credentials),
    tls: tls === undefined ? null : { ...tls, ...identity },
    ...(inboxPrefix === undefined ? {} : { inboxPrefix }),
  };
}

/** What connects after nobody waits for it any more. */
async function closeLate(dialing: Promise<NatsConnection>): Promise<void> {
  await dialing.then(
    (late) => late.close(),
    () => undefined, // it did not connect either
  );
}
