import type { LookupAddress } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { FleetError } from "@fleetbus/core";
import type { Allowance } from "./allowance.ts";
import { reachOf, type Reach } from "./address.ts";

/**
 * What the addresses behind a place may be: private ones too where it is allowed. Throws `refused` for one that is closed
 * by its own spelling: a literal that is not public, or a name of this machine.
 */
export function reachesOf(host: string, port: number, allowance: Allowance): readonly Reach[] {
  if (allowance.has(host, port)) return ["public", "private"];
  const isClosed = isIP(host) === 0 ? isLocalName(host) : reachOf(host) !== "public";
  if (isClosed) throw refusal(host, port);
  return ["public"];
}

/** A lookup whose every answer is checked: one address that is not of `reaches` refuses the name. */
export function guardedLookup(reaches: readonly Reach[], lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, options, (error, found, family) => {
      if (error !== null) return callback(error, found, family);
      const closed = addressesOf(found).find((address) => !reaches.includes(reachOf(address)));
      if (closed === undefined) return callback(null, found, family);
      return callback(resolvedRefusal(hostname, closed), []);
    });
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
