import type { Clock } from "@fleetbus/core";

/** What is seen of a command by its output alone. */
export type Seen = "busy" | "idle";

/** What fleet submitted: a line, the messages that were typed whole with it. */
export interface Own {
  readonly line?: string;
  readonly messages: readonly string[];
}

/** Whether a command works, by what is typed into it and what it prints. */
export interface Activity {
  printed(): void;
  /** Something was submitted; with what it was where fleet did it. */
  submitted(own?: Own): void;
}

/** How it is watched. */
export interface ActivityDeps {
  readonly clock: Clock;
  /** After so long without output it is taken for idle. */
  readonly quietMs: number;
  /** Until then it is watched. */
  readonly signal: AbortSignal;
  /** `own`: what fleet submitted; with `idle` that of the turns that have ended. */
  onSeen(seen: Seen, own: Own): void;
}

/**
 * Watches a command without hooks: busy from a submitted line on, idle once it has printed nothing for a while, and so
 * too after its start. Output alone makes nothing busy: a redrawn screen is no turn.
 */
export function activity({ clock, quietMs, signal, onSeen }: ActivityDeps): Activity {
  let lastAt = clock.monotonic();
  let isWatching = false;
  let messages: readonly string[] = [];
  const watch = async () => {
    isWatching = true;
    for (let left = quietMs; left > 0; left = quietMs - (clock.monotonic() - lastAt))
      await clock.sleep(left, signal);
    isWatching = false;
    onSeen("idle", { messages });
    messages = [];
  };
  const begin = () => {
    lastAt = clock.monotonic();
    if (!isWatching) watch().catch(() => undefined); // the command has ended
  };
  begin();
  return {
    printed: () => void (lastAt = clock.monotonic()),
    submitted: (own = { messages: [] }) => {
      messages = [...messages, ...own.messages];
      onSeen("busy", own);
      begin();
    },
  };
}
