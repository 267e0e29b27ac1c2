/** Longer lines are looked at in pieces of this, so that an output without line ends takes no more memory. */
export const maxLineBytes = 8192;

/** Cuts a stream of chunks into lines without their ends; `end` gives what is left. */
export interface Lines {
  push(chunk: Uint8Array): readonly Uint8Array[];
  end(): readonly Uint8Array[];
}

/** A cutter for one stream. */
export function linesOf(): Lines {
  let held = Buffer.alloc(0);
  return {
    push: (chunk) => {
      const lines: Buffer[] = [];
      let rest = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk]);
      for (let end = endOf(rest); end >= 0; end = endOf(rest)) {
        lines.push(rest.subarray(0, end));
        rest = rest.subarray(rest[end] === newline ? end + 1 : end);
      }
      held = Buffer.from(rest);
      return lines;
    },
    end: () => (held.length === 0 ? [] : [held]),
  };
}

const newline = 10;

function endOf(bytes: Buffer): number {
  const end = bytes.indexOf(newline);
  if (end >= 0 && end <= maxLineBytes) return end;
  return bytes.length > maxLineBytes ? maxLineBytes : -1;
}
