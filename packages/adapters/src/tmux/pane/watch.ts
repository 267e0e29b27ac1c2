import type { Clock } from "@fleetbus/core";
import { connectControl, type ControlClient, type TmuxServer } from "../control/connection.ts";
import type { PaneFacts } from "./facts.ts";
import { listCommand, parsePanes } from "./list.ts";

/** What to watch, and whom to tell. */
export interface PanesWatch {
  readonly server: TmuxServer;
  readonly clock: Clock;
  /** All panes of the server: at the start, and within a second of one that came, went or died. Empty when the server is gone. */
  onPanes(panes: readonly PaneFacts[]): void;
}

const format = "#{S:#{W:#{P:#{pane_id}:#{pane_pid}:#{pane_dead} }}}";
const reattachMs = 100;

/**
 * Watches the panes of one tmux server over a control connection of its own, without polling, until the signal aborts or
 * the server is gone; then it resolves. Rejects with `config` when there is no tmux.
 */
export async function watchPanes(watch: PanesWatch, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const client = await attach(watch, signal);
    if (client === undefined) break;
    try {
      await follow(client, watch, signal);
    } finally {
      await client.close();
    }
    // The session it was attached to ended; the server may live on.
    await watch.clock.sleep(reattachMs, signal).catch(() => undefined);
  }
  if (!signal.aborted) watch.onPanes([]);
}

async function attach({ server }: PanesWatch, signal: AbortSignal): Promise<ControlClient | undefined> {
  try {
    return await connectControl(server, signal);
  } catch (error) {
    if (signal.aborted || isGone(error)) return undefined;
    throw error;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "unavailable";
}

/** Until the connection or the signal ends. */
async function follow(client: ControlClient, watch: PanesWatch, signal: AbortSignal): Promise<void> {
  const list = () => {
    const listed = client
      .run([listCommand], signal)
      .then((blocks) => watch.onPanes(parsePanes(blocks[0]?.lines ?? [])));
    listed.catch(() => undefined); // the connection is over, which is seen below
  };
  const stop = client.onNotice(({ name }) => name === "subscription-changed" && list());
  const over = new Promise<void>((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true }),
  );
  const subscribed = client.run([`refresh-client -B 'fleet-panes::${format}'`], signal);
  subscribed.then(list, () => undefined); // the same
  await Promise.race([client.ended, over]);
  stop();
}
