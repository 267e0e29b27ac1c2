import type { Clock } from "@fleetbus/core";

/** What is seen of a command by its output alone. */
export type Seen = "busy" | "idle";

/** Whether a command works, by what is typed into it and what it prints. */
export interface Activity {
  printed(): void;
  /** Something was submitted; with the line where fleet did it. */
  submitted(line: string | undefined): void;
}

/** How it is watched. */
export interface ActivityDeps {
  readonly clock: Clock;
  /** After so long without output it is taken for idle. */
  readonly quietMs: number;
  /** Until then it is watched. */
  readonly signal: AbortSignal;
  onSeen(seen: Seen, line: string | undefined): void;
}

/**
 * Watches a command without hooks: busy from a submitted line on, idle once it has printed nothing for a while, and so
 * too after its start. Output alone makes nothing busy: a redrawn screen is no turn.
 */
export function activity({ clock, quietMs, signal, onSeen }: ActivityDeps): Activity {
  let lastAt = clock.monotonic();
  let isWatching = false;
  const watch = async () => {
    isWatching = true;
    for (let left = quietMs; left > 0; left = quietMs - (clock.monotonic() - lastAt))
      await clock.sleep(left, signal);
    isWatching = false;
    onSeen("idle", undefined);
  };
  const begin = () => {
    lastAt = clock.monotonic();
    if (!isWatching) watch().catch(() => undefined); // the command has ended
  };
  begin();
  return {
    printed: () => void (lastAt = clock.monotonic()),
    submitted: (line) => {
      onSeen("busy", line);
      begin();
    },
  };
}
