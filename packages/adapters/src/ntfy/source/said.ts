import type { Said } from "@fleetbus/core";

/** fleet's tokens: two groups of five in Crockford's alphabet, in any case; a phone may have left the hyphen out. */
const begun = /^([0-9a-tv-z]{5})-?([0-9a-tv-z]{5})(?:\s+([^]+))?$/i;

/**
 * What a message at the reply topic says: a token with a text, or a token alone, which a button posts. All else is a text
 * that answers nothing.
 */
export function saidIn(message: string): Said {
  const [, first, second, text] = begun.exec(message.trim()) ?? [];
  if (first === undefined) return { type: "text", text: message };
  const token = asWritten(`${first}-${second}`);
  return text === undefined ? { type: "choice", token } : { type: "text", text, token };
}

/** What reads alike is taken for what it looks like. */
function asWritten(token: string): string {
  return token.toLowerCase().replaceAll("o", "0").replace(/[il]/g, "1");
}
