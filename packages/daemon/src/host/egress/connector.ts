import { lookup as systemLookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { buildConnector } from "undici";
import { hostNameOf, toFleetError } from "@fleetbus/core";
import type { Allowance } from "./allowance.ts";
import type { Reach } from "./address.ts";
import { guardedLookup, reachesOf } from "./place.ts";

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
    const port = Number(options.port) || (options.protocol === "https:" ? 443 : 80);
    const found = tried(() => reachesOf(hostNameOf(options.hostname), port, allowance));
    if (found instanceof Error) return callback(found, null);
    return (found.includes("private") ? toNamed : toPublic)(options, callback);
  };
}

/** A connector answers by its callback and throws nothing. */
function tried<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    return toFleetError(error);
  }
}
