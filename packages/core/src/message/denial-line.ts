import { formatAddress, type Address } from "../names/address.ts";

/**
 * Why a tool call is denied, where the CLI cuts reasons before a message ends: who sent one to stop for, and where it is.
 * At most 250 bytes.
 */
export function denialLine(from: readonly Address[]): string {
  const [first = "", ...others] = new Set(from.map(formatAddress));
  const who = others.length === 0 ? first : `${first} and ${others.length} more`;
  return `Not run: ${who} sent a message to stop for. It comes with your next call; to read it at once: fleet inbox`;
}
