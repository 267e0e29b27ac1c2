import type { Run } from "../command.ts";
import type { Release } from "./suites.ts";

const format = "$(REPO_URI)|$(CODENAME)|$(ORIGIN)";

/**
 * The URIs under which this machine's apt reads its distribution, the likeliest first. Empty lists (a fresh container)
 * make `indextargets` print nothing; what `update` would fetch says it then, without the origin (NATS.md).
 */
export async function mirrorsOf(release: Release, run: Run): Promise<readonly string[]> {
  const known = await run("apt-get", ["indextargets", "--format", format]);
  const fromLists = urisInTargets(known.stdout, release);
  if (fromLists.length > 0) return fromLists;
  const planned = await run("apt-get", ["update", "--print-uris"]);
  return urisInPlan(planned.stdout, release);
}

/** Reads `indextargets` lines `<uri>|<codename>|<origin>`. */
export function urisInTargets(text: string, release: Release): readonly string[] {
  const rows = text.split("\n").map((line) => line.split("|"));
  const own = rows.filter(([uri, codename, origin]) => {
    return isFetchable(uri) && codename === release.codename && origin === release.distribution.origin;
  });
  return unique(own.map(([uri = ""]) => uri));
}

/** Reads `update --print-uris` lines `'<uri>/dists/<suite>/InRelease' <file> …`. Foreign repositories may use the same suite: the keyring tells. */
export function urisInPlan(text: string, release: Release): readonly string[] {
  const found = [...text.matchAll(/^'([^']+)\/dists\/([^']+)\/InRelease'/gm)];
  const own = found.filter(([, uri, suite]) => isFetchable(uri) && suite === release.codename);
  return unique(own.map(([, uri = ""]) => `${uri}/`));
}

function isFetchable(uri: string | undefined): boolean {
  return uri !== undefined && !uri.startsWith("cdrom:");
}

function unique(uris: readonly string[]): readonly string[] {
  return [...new Set(uris)];
}
