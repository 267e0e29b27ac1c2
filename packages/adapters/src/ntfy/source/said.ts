import type { Said } from "@fleetbus/core";

/** fleet's tokens: two groups of five in Crockford's alphabet; what reads alike is taken for what it looks like. */
const begun = /^([0-9a-tv-z]{5}-[0-9a-tv-z]{5})(?:\s+([^]+))?$/i;

/**
 * What a message at the reply topic says: a token with a text, or a token alone, which a button posts. All else is a text
 * that answers nothing.
 */
export function saidIn(message: string): Said {
  const [, token, text] = begun.exec(message.trim()) ?? [];
  if (token === undefined) return { type: "text", text: message };
  if (text === undefined) return { type: "choice", token: asWritten(token) };
  return { type: "text", text, token: asWritten(token) };
}

function asWritten(token: string): string {
  return token.toLowerCase().replaceAll("o", "0").replace(/[il]/g, "1");
}
