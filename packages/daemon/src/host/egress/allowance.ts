import { FleetError } from "@fleetbus/core";

/** Which private places may be called. */
export interface Allowance {
  has(hostname: string, port: number): boolean;
}

/** Reads `allow_private`: `host` for all its ports, or `host:port`; an IPv6 address in brackets where a port follows. */
export function allowanceOf(entries: readonly string[]): Allowance {
  const places = new Set(entries.map(placeOf));
  return {
    has: (hostname, port) => {
      const host = nameOf(hostname);
      return places.has(host) || places.has(`${host}:${port}`);
    },
  };
}

/** A host as all its spellings come out: lower case, no dot at the end, no brackets. */
export function nameOf(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/\.$/, "")
    .replace(/^\[(.*)\]$/, "$1");
}

function placeOf(entry: string): string {
  const isBareIpv6 = !entry.startsWith("[") && entry.split(":").length > 2;
  const [, host = "", port] = /^(\[.*\]|[^:]*)(?::(\d{1,5}))?$/.exec(isBareIpv6 ? `[${entry}]` : entry) ?? [];
  const url = /[/?#@\s\\]/.test(host) || host === "" ? null : URL.parse(`http://${host}/`);
  if (url === null || Number(port ?? 1) < 1 || Number(port ?? 1) > 65_535)
    throw new FleetError(
      "config",
      `reading allow_private "${entry}": use a host or host:port, as ntfy.home:80`,
    );
  return port === undefined ? nameOf(url.hostname) : `${nameOf(url.hostname)}:${Number(port)}`;
}
