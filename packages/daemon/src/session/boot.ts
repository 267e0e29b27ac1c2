import { uptime } from "node:os";
import type { Clock, SessionRecord } from "@fleetbus/core";

/** The clock may have been set a little since. */
const slackMs = 5000;

/** When this machine was started, in milliseconds since 1970. */
export function bootedAt(clock: Pick<Clock, "now">): number {
  return clock.now() - uptime() * 1000;
}

/**
 * The sessions that a restart of the machine has ended: heard of last before it. Their pids, where they have told one,
 * may be somebody else's by now; Codex' sessions tell none.
 */
export function endedByReboot(live: readonly SessionRecord[], bootedAtMs: number): readonly SessionRecord[] {
  return live.filter(({ seenAt }) => Date.parse(seenAt) < bootedAtMs - slackMs);
}
