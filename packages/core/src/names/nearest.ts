/**
 * What somebody may have meant: the known words within a third of the text's length (1 up to four characters, else at least
 * 2; a swap of neighbours counts one), nearest first, at most three. Lower and upper case are the same here.
 */
export function nearest(text: string, known: Iterable<string>): readonly string[] {
  const asked = text.toLowerCase().slice(0, maxLength);
  const reach = asked.length <= 4 ? 1 : Math.max(2, Math.floor(asked.length / 3));
  return [...new Set(known)]
    .map((word) => ({ word, distance: distanceOf(asked, word.toLowerCase().slice(0, maxLength)) }))
    .filter(({ word, distance }) => distance <= reach && distance < word.length)
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ word }) => word);
}

const maxLength = 128;

/** Optimal string alignment. */
function distanceOf(a: string, b: string): number {
  let older: readonly number[] = [];
  let above: readonly number[] = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) row.push(cell({ a, b, i, j }, { row, above, older }));
    older = above;
    above = row;
  }
  return above[b.length] ?? 0;
}

interface Place {
  readonly a: string;
  readonly b: string;
  readonly i: number;
  readonly j: number;
}

interface Rows {
  readonly row: readonly number[];
  readonly above: readonly number[];
  readonly older: readonly number[];
}

function cell({ a, b, i, j }: Place, { row, above, older }: Rows): number {
  const isSame = a[i - 1] === b[j - 1];
  const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
  return Math.min(
    (above[j] ?? 0) + 1,
    (row[j - 1] ?? 0) + 1,
    (above[j - 1] ?? 0) + (isSame ? 0 : 1),
    isSwap ? (older[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
  );
}
