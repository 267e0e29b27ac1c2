import { FleetError } from "@fleetbus/core";

/** Reads a byte stream by lines and by counts. One call at a time. */
export interface ByteReader {
  /** The next line without its CRLF or LF; rejects with `unavailable` when the stream ends before it. */
  line(): Promise<string>;
  /** What is there next, at most `max` bytes; undefined at the end. */
  some(max: number): Promise<Buffer | undefined>;
}

/** Longest line of a head or of a chunk's size. */
const maxLine = 16_384;

/** A reader over `chunks`; what has gone through `some` or `line` is not kept. */
export function byteReader(chunks: AsyncIterator<Buffer>): ByteReader {
  let held: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    const next = await chunks.next();
    if (next.done === true) return false;
    held = held.length === 0 ? next.value : Buffer.concat([held, next.value]);
    return true;
  };
  const take = (count: number): Buffer => {
    const taken = held.subarray(0, count);
    held = held.subarray(count);
    return taken;
  };
  return {
    line: async () => {
      let end = held.indexOf(10);
      while (end < 0) {
        if (held.length > maxLine || !(await more())) throw cutOff();
        end = held.indexOf(10);
      }
      return take(end + 1)
        .toString("latin1")
        .replace(/\r?\n$/, "");
    },
    some: async (max) => (held.length > 0 || (await more()) ? take(max) : undefined),
  };
}

/** The answer ended before its end: the daemon went away while it spoke. */
export function cutOff(): FleetError {
  return new FleetError(
    "unavailable",
    "reading the daemon's answer: the connection ended before it was whole",
  );
}
