/** The last bytes of an output, whatever its length. */
export interface Ring {
  push(chunk: Uint8Array): void;
  /** What is kept, in order. */
  bytes(): Uint8Array;
  /** All that was pushed, in bytes. */
  total(): number;
}

/** A ring of `maxBytes`, which is all the memory it takes. */
export function ringOf(maxBytes: number): Ring {
  const kept = new Uint8Array(maxBytes);
  let total = 0;
  const place = (bytes: Uint8Array, at: number) => {
    const first = bytes.subarray(0, maxBytes - at);
    kept.set(first, at);
    kept.set(bytes.subarray(first.length), 0);
  };
  return {
    push: (chunk) => {
      const last = chunk.subarray(Math.max(0, chunk.length - maxBytes));
      total += chunk.length;
      place(last, (total - last.length) % maxBytes);
    },
    bytes: () => {
      if (total <= maxBytes) return kept.slice(0, total);
      const start = total % maxBytes;
      return Buffer.concat([kept.subarray(start), kept.subarray(0, start)]);
    },
    total: () => total,
  };
}
