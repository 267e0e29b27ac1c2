import { isUtf8 } from "node:buffer";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { FleetError } from "@fleetbus/core";

/** An output as a file. */
export interface Packed {
  readonly bytes: Uint8Array;
  readonly isCompressed: boolean;
  readonly isText: boolean;
  /** Of the output itself. */
  readonly outputBytes: number;
}

/** What is no longer than this is attached as it is: mail programs and phones show it at a touch. */
export const maxPlainBytes = 256 * 1024;

/**
 * An output as a file of at most `maxBytes`, compressed where it is long; no more of it is held than that. Rejects with
 * `too_large` where it does not fit, and with what reading it rejects.
 */
export async function pack(
  output: AsyncIterable<Uint8Array>,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Packed> {
  const plain: Uint8Array[] = [];
  let outputBytes = 0;
  const counted = async function* () {
    for await (const chunk of output) {
      outputBytes += chunk.length;
      if (outputBytes <= maxPlainBytes) plain.push(chunk);
      yield chunk;
    }
  };
  const compressed: Uint8Array[] = [];
  const collect = async (source: AsyncIterable<Uint8Array>) => {
    let size = 0;
    for await (const chunk of source) {
      size += chunk.length;
      if (size > maxBytes)
        throw new FleetError("too_large", `it has more than ${maxBytes} bytes, compressed too`);
      compressed.push(chunk);
    }
  };
  await pipeline(counted, createGzip(), collect, { signal });
  if (outputBytes > Math.min(maxPlainBytes, maxBytes))
    return { bytes: Buffer.concat(compressed), isCompressed: true, isText: false, outputBytes };
  const bytes = Buffer.concat(plain);
  return { bytes, isCompressed: false, isText: isUtf8(bytes), outputBytes };
}
