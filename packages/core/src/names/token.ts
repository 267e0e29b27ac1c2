import { FleetError } from "../errors/fleet-error.ts";

const TOKEN = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** Names that address groups or roles of a mailbox and so can never name a session or machine (DESIGN §2). */
export const reservedNames = ["me", "all", "any", "parent", "fleet", "broadcast", "machine", "role"] as const;

/** Whether `text` may stand as one token of a subject (DESIGN §2). */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Whether a session or machine may not take this name. */
export function isReserved(name: string): boolean {
  return reservedNames.some((reserved) => reserved === name);
}

/** Returns `text` if it is a token; throws `usage` naming what it was meant for. */
export function requireToken(text: string, what: string): string {
  if (isToken(text)) return text;
  throw new FleetError("usage", `reading ${what} "${text}": use a-z, 0-9, - and _, at most 63 characters`);
}

/**
 * A person's name for something as a token: lower case, everything else folded to "-".
 * Reserved and empty results get a "session" prefix, so the outcome is always a valid, free-standing name.
 */
export function slug(display: string): string {
  const folded = display
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, "-")
    .replace(/^[-_]+|[-_]+$/g, "")
    .slice(0, 56);
  if (folded === "") return "session";
  return isReserved(folded) ? `session-${folded}` : folded;
}
