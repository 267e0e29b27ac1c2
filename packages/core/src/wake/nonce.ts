import { FleetError } from "../errors/fleet-error.ts";

const NONCE = /^[a-z0-9]{6,64}$/;
const TAG = /\[fleet:([a-z0-9]{6,64})\]/g;

/**
 * The mark that proves by its return that a text reached a session (DESIGN §6): `[fleet:4k2m…]`.
 * Nonces are 6 to 64 of a-z and 0-9, so that no terminal, shell or Markdown changes the tag; anything else throws `malformed`.
 */
export function nonceTag(nonce: string): string {
  if (NONCE.test(nonce)) return `[fleet:${nonce}]`;
  throw new FleetError("malformed", `tagging nonce "${nonce}": use 6 to 64 characters of a-z and 0-9`);
}

/** The nonces of all tags in `text`, each once, in order of appearance. Never throws. */
export function findNonces(text: string): readonly string[] {
  return [...new Set(Array.from(text.matchAll(TAG), (match) => match[1] ?? ""))];
}
