const minLength = 6;

/** The texts of a secret URL that no error may show, long ones first: what is below its host, and what that is made of. */
export function secretsIn(url: string): readonly string[] {
  const { pathname, search } = new URL(url);
  const values = search.split("&").map((pair) => pair.slice(pair.indexOf("=") + 1));
  const last = pathname.split("/").filter(Boolean).at(-1) ?? "";
  const token = /\d/.test(last) ? last : "";
  return [pathname + search, pathname, search, token, ...values]
    .flatMap((text) => [text, plain(text)])
    .filter((text, at, all) => text.length >= minLength && all.indexOf(text) === at)
    .toSorted((a, b) => b.length - a.length);
}

/** A far side's words without these: a proxy that says which path it did not find says a token. */
export function masked(text: string, secrets: readonly string[]): string {
  return secrets.reduce((words, secret) => words.replaceAll(secret, "…"), text);
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a % of its own
  }
}
