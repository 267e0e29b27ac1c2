import type { World } from "../world/world.ts";

/**
 * A daemon lives for weeks and mostly waits. V8 by itself lets the space of its young objects grow with each storm and
 * keeps it: with this bound a daemon with 100 sessions takes 118 MB instead of 152 (bench: daemon-idle-rss-100).
 */
const nodeFlags = ["--max-semi-space-size=2"];

/** The command line of a daemon of this very version, in the foreground of its process. */
export function daemonArgv({ entry }: World, context: string | undefined): readonly [string, ...string[]] {
  const flags = context === undefined ? [] : ["--context", context];
  return [process.execPath, ...nodeFlags, entry, "up", "--foreground", ...flags];
}
