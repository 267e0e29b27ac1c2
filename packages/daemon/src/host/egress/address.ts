import ipaddr from "ipaddr.js";

/** What an address is, as far as the guard cares. */
export type Reach = "public" | "private" | "forbidden";

/** Ranges that self-hosted services live in; they may be called where the config names the host. */
const privateRanges: ReadonlySet<string> = new Set(["loopback", "private", "uniqueLocal", "carrierGradeNat"]);

/** Where clouds give out credentials outside of link-local: Azure at a public address, AWS in IPv6, Alibaba. */
const metadata: ReadonlySet<string> = new Set(["168.63.129.16", "fd00:ec2::254", "100.100.100.200"]);

/** NAT64, which is how a network without IPv4 reaches all of it (RFC 6052). */
const nat64 = ipaddr.IPv6.parseCIDR("64:ff9b::/96");

/** IPv6 that is routed at all; all special ranges within are known to ipaddr.js. */
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * Whether an address is of the internet. `forbidden` is what nothing behind a name has to do with: link-local (with the
 * metadata services of clouds), unspecified, multicast, reserved, tunnels. IPv4 inside IPv6 counts as IPv4.
 */
export function reachOf(address: string): Reach {
  if (!ipaddr.isValid(address)) return "forbidden";
  const parsed = unwrap(ipaddr.process(address));
  const range = parsed.range();
  if (metadata.has(parsed.toString())) return "forbidden";
  if (privateRanges.has(range)) return "private";
  if (range !== "unicast") return "forbidden";
  return parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast) ? "public" : "forbidden";
}

function unwrap(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (address instanceof ipaddr.IPv4 || !address.match(nat64)) return address;
  return new ipaddr.IPv4(address.toByteArray().slice(12));
}
