import { lstat } from "node:fs/promises";

/**
 * Why nothing may be written to `path`, which is called `what`, or undefined when it is a socket of this very user. A link is none: it could lead
 * a wake, and the token with it, to somebody else.
 */
export async function whyNotOwnSocket(
  path: string,
  what = "its messaging socket",
): Promise<string | undefined> {
  const found = await lstat(path).catch(() => undefined); // gone: the session has ended
  if (found === undefined) return `${what} is gone`;
  if (!found.isSocket()) return `${path} is not a socket`;
  return found.uid === process.getuid?.() ? undefined : `${path} belongs to user ${found.uid}`;
}
