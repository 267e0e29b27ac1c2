/** Whether a subject lies in a filter: `*` stands for one token, a last `>` for one or more. */
export function matchesSubject(filter: string, subject: string): boolean {
  const wanted = filter.split(".");
  const tokens = subject.split(".");
  for (const [index, token] of wanted.entries()) {
    if (token === ">") return tokens.length > index;
    if (index >= tokens.length) return false;
    if (token !== "*" && token !== tokens[index]) return false;
  }
  return tokens.length === wanted.length;
}

/** Whether a subject lies in any of the filters. No filter takes all, as on the server. */
export function matchesAny(filters: readonly string[], subject: string): boolean {
  return filters.length === 0 || filters.some((filter) => matchesSubject(filter, subject));
}
