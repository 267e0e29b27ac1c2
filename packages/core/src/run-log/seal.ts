import { createCipheriv, randomBytes } from "node:crypto";
import { blockBytes, keyIdOf, logKey, nonceOf, plainMagic, saltBytes, sealedMagic } from "./format.ts";

/** Turns output into the bytes of a log, piece by piece. */
export interface Sealer {
  push(chunk: Buffer): Buffer;
  /** What is left; nothing may be pushed after it. */
  end(): Buffer;
}

/** A sealer with AES-256-GCM: a salt for each log, a nonce for each block, the header authenticated with all. */
export function sealerOf(key: Buffer | undefined): Sealer {
  if (key === undefined) return plain();
  const salt = randomBytes(saltBytes);
  const header = Buffer.concat([sealedMagic, keyIdOf(key), salt]);
  const own = logKey(key, salt);
  let [before, held, number] = [header, Buffer.alloc(0), 0];
  const seal = (block: Buffer, isLast: boolean): readonly Buffer[] => {
    const cipher = createCipheriv("aes-256-gcm", own, nonceOf(number, isLast)).setAAD(header);
    number += 1;
    return [cipher.update(block), cipher.final(), cipher.getAuthTag()];
  };
  const take = (): Buffer => {
    const taken = before;
    before = Buffer.alloc(0);
    return taken;
  };
  return {
    push: (chunk) => {
      const sealed = [take()];
      let rest = Buffer.concat([held, chunk]);
      for (; rest.length > blockBytes; rest = rest.subarray(blockBytes))
        sealed.push(...seal(rest.subarray(0, blockBytes), false));
      held = Buffer.from(rest);
      return Buffer.concat(sealed);
    },
    end: () => Buffer.concat([take(), ...seal(held, true)]),
  };
}

function plain(): Sealer {
  let before = plainMagic;
  const push = (chunk: Buffer) => {
    const all = Buffer.concat([before, chunk]);
    before = Buffer.alloc(0);
    return all;
  };
  return { push, end: () => push(Buffer.alloc(0)) };
}
