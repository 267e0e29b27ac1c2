/** A host as all its spellings come out: lower case, no dot at the end, no brackets. */
export function hostNameOf(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/\.$/, "")
    .replace(/^\[(.*)\]$/, "$1");
}

/**
 * One entry of `allow_private` as it is compared: `host` for all its ports, or `host:port`; an IPv6 address stands in
 * brackets where a port follows. Undefined for anything else, as a network (`10.0.0.0/8`) or a URL.
 */
export function privatePlaceOf(entry: string): string | undefined {
  const isBareIpv6 = !entry.startsWith("[") && entry.split(":").length > 2;
  const [, host = "", port] = /^(\[.*\]|[^:]*)(?::(\d{1,5}))?$/.exec(isBareIpv6 ? `[${entry}]` : entry) ?? [];
  const text = `http://${host}/`;
  if (/[/?#@\s\\]/.test(host) || host === "" || !URL.canParse(text)) return undefined;
  if (Number(port ?? 1) < 1 || Number(port ?? 1) > 65_535) return undefined;
  const name = hostNameOf(new URL(text).hostname);
  return port === undefined ? name : `${name}:${Number(port)}`;
}
