import { createDecipheriv } from "node:crypto";
import { FleetError } from "../errors/fleet-error.ts";
import {
  blockBytes,
  keyIdBytes,
  keyIdOf,
  logKey,
  nonceOf,
  plainMagic,
  sealedHeaderBytes,
  sealedMagic,
  tagBytes,
} from "./format.ts";

/**
 * The output in a log, as it is read; nothing is given that was not proved to be as it was written. Rejects with
 * `unauthorized` where it is encrypted and `key` is not there or another one, with `malformed` where it is damaged, or
 * ends before its end (behind all that can be read).
 */
export async function* unseal(
  source: AsyncIterable<Uint8Array>,
  key: () => Promise<Buffer | undefined>,
): AsyncGenerator<Buffer> {
  const reader = bytesOf(source);
  const magic = await reader.take(plainMagic.length);
  if (magic.equals(plainMagic)) {
    yield* reader.rest();
    return;
  }
  if (!magic.equals(sealedMagic)) throw damaged("it is no log of a run");
  const header = Buffer.concat([magic, await reader.take(sealedHeaderBytes - magic.length)]);
  if (header.length < sealedHeaderBytes) throw damaged("it ends within its first bytes");
  const own = ownKey(header, await key());
  for (let number = 0; ; number += 1) {
    const block = await reader.take(blockBytes + tagBytes);
    const isLast = await reader.isAtEnd();
    yield open(block, { own, header, number, isLast });
    if (isLast) return;
  }
}

function ownKey(header: Buffer, key: Buffer | undefined): Buffer {
  const id = header.subarray(sealedMagic.length, sealedMagic.length + keyIdBytes);
  if (key === undefined)
    throw new FleetError("unauthorized", "reading the log: it is encrypted; configure its key as [run] key");
  if (!keyIdOf(key).equals(id))
    throw new FleetError("unauthorized", "reading the log: it is encrypted with another key than [run] key");
  return logKey(key, header.subarray(sealedMagic.length + keyIdBytes));
}

interface Sealed {
  readonly own: Buffer;
  readonly header: Buffer;
  readonly number: number;
  readonly isLast: boolean;
}

function open(block: Buffer, { own, header, number, isLast }: Sealed): Buffer {
  const data = block.subarray(0, Math.max(0, block.length - tagBytes));
  try {
    const decipher = createDecipheriv("aes-256-gcm", own, nonceOf(number, isLast), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(header).setAuthTag(block.subarray(data.length));
    return Buffer.concat([decipher.update(data), decipher.final()]);
  } catch {
    // The library says no more than that.
    throw damaged(isLast ? "it ends early, or its last block is damaged" : `its block ${number} is damaged`);
  }
}

function damaged(why: string): FleetError {
  return new FleetError("malformed", `reading the log: ${why}`);
}

interface Bytes {
  /** Up to `count` bytes; fewer only at the end. */
  take(count: number): Promise<Buffer>;
  isAtEnd(): Promise<boolean>;
  rest(): AsyncGenerator<Buffer>;
}

function bytesOf(source: AsyncIterable<Uint8Array>): Bytes {
  const chunks = source[Symbol.asyncIterator]();
  let held = Buffer.alloc(0);
  let isOver = false;
  const fill = async (count: number) => {
    while (held.length < count && !isOver) {
      const next = await chunks.next();
      if (next.done === true) isOver = true;
      else held = Buffer.concat([held, next.value]);
    }
  };
  return {
    take: async (count) => {
      await fill(count);
      const taken = held.subarray(0, count);
      held = held.subarray(count);
      return taken;
    },
    isAtEnd: async () => {
      await fill(1);
      return held.length === 0;
    },
    rest: async function* () {
      for (; held.length > 0 || !isOver; await fill(1)) {
        if (held.length > 0) yield held;
        held = Buffer.alloc(0);
      }
    },
  };
}
