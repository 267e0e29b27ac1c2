import { createHmac } from "node:crypto";

/** What is signed, and with what. */
export interface Signed {
  /** `whsec_` and base64, or any text. */
  readonly secret: string;
  readonly id: string;
  /** Unix time of the try. */
  readonly seconds: number;
  readonly body: string | Uint8Array;
}

/** One `v1` signature of Standard Webhooks: HMAC-SHA256 over id, time and body, in base64. */
export function signature({ secret, id, seconds, body }: Signed): string {
  const hmac = createHmac("sha256", keyOf(secret)).update(`${id}.${seconds}.`).update(body);
  return `v1,${hmac.digest("base64")}`;
}

/** The bytes of a secret. */
export function keyOf(secret: string): Uint8Array {
  return secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : Buffer.from(secret);
}
