import { lookup as systemLookup, type LookupAddress } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { FleetError, hostNameOf, messageOf, type AdapterContext } from "@fleetbus/core";
import type { Allowance } from "./allowance.ts";
import { guardedLookup, reachesOf } from "./place.ts";

/** What the host lends adapters as `addressesOf`. */
export type AddressesOf = AdapterContext["addressesOf"];

/** The addresses that a place may be called at: what `guardedFetch` would connect to, for any other protocol. */
export function guardedAddresses(allowance: Allowance, lookup: LookupFunction = systemLookup): AddressesOf {
  return async (host, port) => {
    const name = hostNameOf(host);
    const reaches = reachesOf(name, port, allowance);
    return isIP(name) === 0 ? resolved(name, guardedLookup(reaches, lookup)) : [name];
  };
}

function resolved(name: string, lookup: LookupFunction): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    lookup(name, { all: true }, (error, found) => {
      if (error === null) resolve(literalsOf(found));
      else reject(error instanceof FleetError ? error : unresolved(name, error));
    });
  });
}

function literalsOf(found: string | readonly LookupAddress[]): readonly string[] {
  return typeof found === "string" ? [found] : found.map(({ address }) => address);
}

function unresolved(name: string, error: Error): FleetError {
  return new FleetError("unavailable", `resolving ${name}: ${messageOf(error)}`, { cause: error });
}
