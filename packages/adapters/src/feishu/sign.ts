import { createHmac } from "node:crypto";

/** What a bot with signature verification wants to see: both are the key, and nothing is signed (Feishu's own rule). */
export function signed(
  secret: string,
  seconds: number,
): { readonly timestamp: string; readonly sign: string } {
  const timestamp = String(seconds);
  return { timestamp, sign: createHmac("sha256", `${timestamp}\n${secret}`).update("").digest("base64") };
}
