import { FleetError, hostNameOf, privatePlaceOf } from "@fleetbus/core";

/** Which private places may be called. */
export interface Allowance {
  has(hostname: string, port: number): boolean;
}

/** Reads `allow_private` (core: privatePlaceOf); throws `config` for what is none. */
export function allowanceOf(entries: readonly string[]): Allowance {
  const places = new Set(entries.map(placeOf));
  return {
    has: (hostname, port) => {
      const host = hostNameOf(hostname);
      return places.has(host) || places.has(`${host}:${port}`);
    },
  };
}

function placeOf(entry: string): string {
  const place = privatePlaceOf(entry);
  if (place !== undefined) return place;
  const text = `reading allow_private "${entry}": use a host or host:port, as ntfy.home:80`;
  throw new FleetError("config", text);
}
