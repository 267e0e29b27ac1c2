import { timingSafeEqual } from "node:crypto";
import { signature, type Signed } from "./sign.ts";

/** A request that claims to be signed. */
export interface Claim extends Omit<Signed, "secret"> {
  /** Any of these may have signed it: two while one is changed for another. */
  readonly secrets: readonly string[];
  /** `webhook-signature`: one or several, with spaces between them; those of other versions count for nothing. */
  readonly signatures: string;
}

/** Longest that a request may have been on its way, and that clocks may differ, in seconds (Standard Webhooks). */
export const toleranceSeconds = 300;

/** Whether one of the signatures is one of these secrets'. Takes as long for a wrong one as for a right one. */
export function isSigned({ secrets, signatures, ...signed }: Claim): boolean {
  const claimed = signatures.split(" ").map((each) => Buffer.from(each));
  const ours = secrets.map((secret) => Buffer.from(signature({ ...signed, secret })));
  const matches = ours.flatMap((own) => claimed.map((each) => isSame(own, each)));
  return matches.includes(true);
}

/** Whether it was sent about now, whichever clock is wrong. */
export function isTimely(seconds: number, nowMs: number): boolean {
  return Math.abs(nowMs / 1000 - seconds) <= toleranceSeconds;
}

function isSame(own: Uint8Array, claimed: Uint8Array): boolean {
  return own.length === claimed.length && timingSafeEqual(own, claimed);
}
