import { lookup as systemLookup, type LookupAddress } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { buildConnector } from "undici";
import { FleetError, hostNameOf } from "@fleetbus/core";
import type { Allowance } from "./allowance.ts";
import { reachOf, type Reach } from "./address.ts";

const connectTimeoutMs = 10_000;

/**
 * Opens connections to public addresses, and to private ones that are allowed. What a name resolves to is checked in the
 * very lookup that the socket connects by, so that no second answer can differ; a literal address never gets there
 * (Node resolves none) and is checked before. Link-local and other special addresses must be allowed as literals.
 */
export function guardedConnector(
  allowance: Allowance,
  lookup: LookupFunction = systemLookup,
): buildConnector.connector {
  const connectorOf = (reaches: readonly Reach[]) =>
    buildConnector({ timeout: connectTimeoutMs, lookup: guardedLookup(reaches, lookup) });
  const [toPublic, toNamed] = [connectorOf(["public"]), connectorOf(["public", "private"])];
  return (options, callback) => {
    const host = hostNameOf(options.hostname);
    const port = Number(options.port) || (options.protocol === "https:" ? 443 : 80);
    const isAllowed = allowance.has(host, port);
    const isClosed = isIP(host) === 0 ? isLocalName(host) : reachOf(host) !== "public";
    if (isClosed && !isAllowed) return callback(refusal(host, port), null);
    return (isAllowed ? toNamed : toPublic)(options, callback);
  };
}

/** Names that are this machine by definition (RFC 6761), whatever a resolver says. */
function isLocalName(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost");
}

function refusal(host: string, port: number): FleetError {
  const place = isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
  const text = `${place} is no public address; if it is meant, add allow_private = ["${place}"] to the adapter`;
  return new FleetError("refused", text, { details: { place } });
}

function guardedLookup(reaches: readonly Reach[], lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, options, (error, found, family) => {
      if (error !== null) return callback(error, found, family);
      const closed = addressesOf(found).find((address) => !reaches.includes(reachOf(address)));
      if (closed === undefined) return callback(null, found, family);
      return callback(resolvedRefusal(hostname, closed), []);
    });
  };
}

function addressesOf(found: string | readonly LookupAddress[]): readonly string[] {
  return typeof found === "string" ? [found] : found.map(({ address }) => address);
}

function resolvedRefusal(hostname: string, address: string): FleetError {
  const way =
    reachOf(address) === "private"
      ? `if it is meant, add it to the adapter's allow_private with its port`
      : "which no service is called at";
  const text = `${hostname} resolves to ${address}, which is no public address; ${way}`;
  return new FleetError("refused", text, { details: { hostname, address } });
}
