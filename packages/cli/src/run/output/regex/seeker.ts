/** Looks for lines that fit a regex, beside everything else. */
export interface Seeker {
  /** Never waits: what cannot be looked at soon is counted, and no more than that. */
  take(lines: readonly string[]): void;
  /** Looks at what is left, for a while. Resolves with what the user is to be told; nothing is found after it. Never rejects. */
  end(): Promise<readonly string[]>;
}

/** A seeker that tells of each line that fits, in their order. */
export type Seek = (regex: RegExp, found: (line: string) => void) => Seeker;

/** How long one line may take: ten thousand times as long as usual. */
export const maxLineMs = 250;
/** So many such lines, and the regex is not tried any more: it would keep a core busy for nothing. */
export const maxSlow = 3;

/** What was not looked at, and why. */
export interface Unsought {
  readonly slow: number;
  readonly left: number;
  readonly problem?: string | undefined;
}

/** What the user is told of it, each in one line. */
export function warningsOf({ slow, left, problem }: Unsought): readonly string[] {
  const isOff = slow >= maxSlow;
  const what = "--notify-on: the regex";
  return [
    ...(problem === undefined ? [] : [`${what} cannot be tried: ${problem}`]),
    ...(slow === 0
      ? []
      : [
          `${what} takes too long: given up after ${maxLineMs} ms on ${linesOf(slow)}${isOff ? ", and not tried after that" : ""}`,
        ]),
    ...(left === 0 ? [] : [`${what} was not tried on ${linesOf(left)}`]),
  ];
}

function linesOf(count: number): string {
  return count === 1 ? "1 line" : `${count} lines`;
}
