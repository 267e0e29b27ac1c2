import { randomBytes } from "node:crypto";
import type { Clock } from "@fleetbus/core";
import type { ControlClient } from "../control/connection.ts";

/** Tells when a pane may have changed. */
export interface PaneWatch {
  /** Resolves at a change since the last call, after `ms` at the latest; rejects with the signal's reason. */
  change(ms: number, signal: AbortSignal): Promise<void>;
  close(): void;
}

/**
 * Watches one pane through tmux's own notices: no polling. Format subscriptions reach only the attached session unless
 * the format itself goes through all of them; tmux looks at it once a second.
 */
export async function watchPane(
  client: ControlClient,
  watched: { readonly paneId: string; readonly clock: Clock },
  signal: AbortSignal,
): Promise<PaneWatch> {
  const { paneId, clock } = watched;
  const name = `fleet-${randomBytes(4).toString("hex")}`;
  let hasChanged = false;
  let ring: (() => void) | undefined;
  const stop = client.onNotice(({ name: kind, rest }) => {
    const isMine =
      (kind === "subscription-changed" && rest.startsWith(`${name} `)) ||
      (kind === "pane-mode-changed" && rest === paneId);
    if (!isMine) return;
    hasChanged = true;
    ring?.();
  });
  await client.run([`refresh-client -B '${name}::${formatOf(paneId)}'`], signal);
  return {
    change: async (ms, waiting) => {
      const done = new AbortController();
      ring = () => done.abort();
      if (!hasChanged)
        await clock.sleep(ms, AbortSignal.any([waiting, done.signal])).catch(() => waiting.throwIfAborted());
      hasChanged = false;
      ring = undefined;
    },
    close: () => {
      stop();
      // A connection that is gone has forgotten the subscription.
      client.run([`refresh-client -B ${name}`], AbortSignal.timeout(1000)).catch(() => undefined);
    },
  };
}

function formatOf(paneId: string): string {
  const facts =
    "#{pane_in_mode} #{cursor_x} #{cursor_y} #{pane_current_command} #{pane_dead} #{pane_synchronized} #{pane_input_off}";
  return `#{S:#{W:#{P:#{?#{==:#{pane_id},${paneId}},${facts},}}}}`;
}
