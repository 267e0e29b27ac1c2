/** A text in pieces of at most `max` units, at the ends of lines or words where one is near; never within an entity or a character. */
export function piecesOf(text: string, max: number): readonly string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > max) {
    const end = endWithin(rest, max);
    pieces.push(rest.slice(0, end));
    rest = rest.slice(end).replace(/^\n/, "");
  }
  return [...pieces, rest].filter((piece) => piece.trim() !== "");
}

function endWithin(text: string, max: number): number {
  const near = ["\n", " "].map((sign) => text.lastIndexOf(sign, max)).find((at) => at > max / 2);
  if (near !== undefined) return near;
  const start = text.slice(0, max);
  const torn = /(?:&[a-z]{0,3}|[\ud800-\udbff])$/.exec(start)?.[0].length ?? 0;
  return max - torn;
}
