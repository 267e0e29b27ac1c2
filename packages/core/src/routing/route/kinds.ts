/** Kinds that an adapter for people takes where neither its entry nor its spec says any: what somebody has to look at. */
export const kindsForPeople: readonly string[] = [
  "permission.requested",
  "turn.failed",
  "turn.parked",
  "turn.stalled",
  "session.lost",
  "run.output",
  "run.finished",
  "message.received",
];

/**
 * The kinds of an `on` as the last part of an event subject, none within another (a server refuses those): a pattern
 * that subjects cannot say, as `*.failed`, becomes `>`, and the route does the rest.
 */
export function kindFilters(on: readonly string[]): readonly string[] {
  const filters = [...new Set(on.map(filterOf))];
  return filters.filter((one) => !filters.some((other) => other !== one && covers(other, one)));
}

function filterOf(pattern: string): string {
  if (/^[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9][a-z0-9_-]*)*$/.test(pattern)) return pattern;
  const root = /^([a-z0-9][a-z0-9_-]*)\.\*$/.exec(pattern)?.[1];
  return root === undefined ? ">" : `${root}.>`;
}

function covers(wide: string, narrow: string): boolean {
  return wide === ">" || (wide.endsWith(".>") && narrow.startsWith(wide.slice(0, -1)));
}
