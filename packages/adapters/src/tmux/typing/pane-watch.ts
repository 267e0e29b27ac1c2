import { randomBytes } from "node:crypto";
import { type Clock, timeLimit } from "@fleetbus/core";
import type { ControlClient } from "../control/connection.ts";
import type { ControlNotice } from "../control/protocol.ts";

/** Tells when a pane may have changed. */
export interface PaneWatch {
  /** Resolves with true at a change since the last call, with false after `ms`; rejects with the signal's reason. */
  change(ms: number, signal: AbortSignal): Promise<boolean>;
  close(): void;
}

/**
 * Watches one pane through tmux's own notices, from the first `change` on: no polling. Format subscriptions reach only the
 * attached session unless the format itself goes through all of them; tmux looks at it once a second.
 */
export function paneWatch(client: ControlClient, paneId: string, clock: Clock): PaneWatch {
  const name = `fleet-${randomBytes(4).toString("hex")}`;
  let hasChanged = false;
  let ring: (() => void) | undefined;
  let stop: (() => void) | undefined;
  const hear = ({ name: kind, rest }: ControlNotice) => {
    hasChanged ||= isAbout(kind, rest, { name, paneId });
    if (hasChanged) ring?.();
  };
  return {
    change: async (ms, signal) => {
      if (stop === undefined) {
        stop = client.onNotice(hear);
        await client.run([`refresh-client -B '${name}::${formatOf(paneId)}'`], signal);
      }
      const done = new AbortController();
      ring = () => done.abort();
      const limit = AbortSignal.any([signal, done.signal]);
      if (!hasChanged) await clock.sleep(ms, limit).catch(() => signal.throwIfAborted());
      const answer = hasChanged;
      hasChanged = false;
      return answer;
    },
    close: () => {
      if (stop === undefined) return;
      stop();
      // A connection that is gone has forgotten the subscription.
      client.run([`refresh-client -B ${name}`], timeLimit(1000)).catch(() => undefined);
    },
  };
}

function isAbout(
  kind: string,
  rest: string,
  watched: { readonly name: string; readonly paneId: string },
): boolean {
  if (kind === "subscription-changed") return rest.startsWith(`${watched.name} `);
  return kind === "pane-mode-changed" && rest === watched.paneId;
}

function formatOf(paneId: string): string {
  const facts =
    "#{pane_in_mode} #{cursor_x} #{cursor_y} #{pane_current_command} #{pane_dead} #{pane_synchronized} #{pane_input_off}";
  return `#{S:#{W:#{P:#{?#{==:#{pane_id},${paneId}},${facts},}}}}`;
}
