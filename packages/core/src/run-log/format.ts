import { createHmac, hkdfSync } from "node:crypto";

/** How a log that is not encrypted begins, so that no output can look like one that is. */
export const plainMagic = Buffer.from("FLTLOG0\n");
/** How an encrypted one does: behind it the key's id and a salt of its own. */
export const sealedMagic = Buffer.from("FLTLOG1\n");
/** Of the id of a key. */
export const keyIdBytes = 8;
/** Of what makes each log's key its own. */
export const saltBytes = 16;
/** All that stands before the first block. */
export const sealedHeaderBytes = sealedMagic.length + keyIdBytes + saltBytes;

/** The output in an encrypted block; the last one is shorter, or empty. */
export const blockBytes = 64 * 1024;
/** GCM's tag behind each block. */
export const tagBytes = 16;

/** What tells one key from another without saying anything of it. */
export function keyIdOf(key: Buffer): Buffer {
  return createHmac("sha256", key).update("fleet run log: key id").digest().subarray(0, keyIdBytes);
}

/** Each log has a key of its own, so that its blocks may be counted: no nonce is ever used twice under one key. */
export function logKey(key: Buffer, salt: Buffer): Buffer {
  return Buffer.from(hkdfSync("sha256", key, salt, "fleet run log: blocks", 32));
}

/** The nonce of a block: its number, and whether it is the last, so that a log that was cut off is known. */
export function nonceOf(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(number, 5, 6);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}
