import type { Clock } from "@fleetbus/core";
import { afterwards } from "./afterwards.ts";
import { ringOf } from "./ring.ts";
import { tailText } from "./text.ts";

/** The most that one event holds, and how often one is told: an output that comes faster is skipped in parts, and that is said. */
export const maxPieceBytes = 32 * 1024;
const everyMs = 500;

/** One piece of all output. */
export interface Piece {
  readonly output: string;
  readonly skippedBytes?: number;
}

/** Tells all output in pieces. */
export function streamOf(
  clock: Clock,
  tell: (piece: Piece) => void,
): { push(chunk: Uint8Array): void; end(): void } {
  let ring = ringOf(maxPieceBytes);
  const later = afterwards(clock);
  const flush = (isEnd: boolean) => {
    const skipped = Math.max(0, ring.total() - maxPieceBytes);
    const bytes = Buffer.from(ring.bytes());
    // Half a line, and with it half a character, waits for its other half.
    const end = isEnd || skipped > 0 ? bytes.length : bytes.lastIndexOf(10) + 1 || bytes.length;
    ring = ringOf(maxPieceBytes);
    if (end < bytes.length) ring.push(bytes.subarray(end));
    if (end === 0) return;
    const output = tailText(bytes.subarray(0, end), maxPieceBytes);
    tell({ output, ...(skipped === 0 ? {} : { skippedBytes: skipped }) });
    if (ring.total() > 0) later.once(everyMs, () => flush(false));
  };
  return {
    push: (chunk) => {
      ring.push(chunk);
      later.once(everyMs, () => flush(false));
    },
    end: () => {
      later.cancel();
      flush(true);
    },
  };
}
