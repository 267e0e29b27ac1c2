import { createHash, randomBytes } from "node:crypto";

/** Crockford's base32: nothing in it is taken for something else. */
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const length = 10;

/** A token that nobody guesses: 50 random bits, as `k7m2q-x4tfz`. */
export function newToken(): string {
  const letters = [...randomBytes(length)].map((byte) => alphabet.charAt(byte % alphabet.length)).join("");
  return `${letters.slice(0, length / 2)}-${letters.slice(length / 2)}`;
}

/** A token that a person typed, as it was meant: any case, with or without the hyphen, O for 0, I and L for 1. */
export function meantToken(token: string): string {
  return token.toLowerCase().replace(/[\s-]/g, "").replaceAll("o", "0").replace(/[il]/g, "1");
}

/**
 * SHA-256 in hex: what is stored of a token, and of all that a far side names. Found by its hash, no secret is ever
 * compared letter by letter.
 */
export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
