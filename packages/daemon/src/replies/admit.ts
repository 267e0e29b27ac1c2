import { createHash, timingSafeEqual } from "node:crypto";
import { sanitiseLine, type RepliesConfig, type SourceDelivery, type SourceTraits } from "@fleetbus/core";
import { refusal } from "./refusal.ts";

/** Who may answer by an instance. */
export interface Gatekeeping {
  readonly traits: SourceTraits;
  readonly rules: RepliesConfig;
}

/**
 * Throws where the sender is nobody who may answer (ECOSYSTEM.md, security 5): the far side must vouch for one on the
 * list; a signature is enough where there is no list; where anybody may speak the token decides, later.
 */
export function requireSender({ traits, rules }: Gatekeeping, { sender }: SourceDelivery): void {
  const isFree = rules.from.length === 0 && traits.vouches !== "sender";
  if (isFree || (sender !== undefined && isListed(rules.from, sender.id))) return;
  throw refusal("stranger", "nobody on the list of replies.from", { isSilent: true });
}

/** Every entry is compared whole, in the same time wherever it differs. */
function isListed(list: readonly string[], id: string): boolean {
  return list.map((each) => timingSafeEqual(digest(each), digest(id))).includes(true);
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** Throws where a text holds a word that the config does not let through, also one disguised by wide letters, or by what is invisible or blank between. */
export function requireDecent({ rules }: Gatekeeping, text: string): void {
  const plain = plainOf(text);
  if (rules.deny.some((word) => plain.includes(plainOf(word))))
    throw refusal("denied", "it holds a word that replies.deny does not let through");
}

function plainOf(text: string): string {
  return sanitiseLine(text).normalize("NFKC").toLowerCase();
}
