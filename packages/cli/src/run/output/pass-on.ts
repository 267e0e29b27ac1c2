import { systemClock } from "@fleetbus/core";
import type { Captured } from "../child/launch.ts";
import { writeAll } from "./write-all.ts";

/** Told of every chunk; what it returns holds up the output until it is settled. */
export type Observe = (chunk: Buffer) => Promise<void> | undefined;

/** Once the command has ended, an output that is quiet this long is over: what it left behind may hold the pipe for ever. */
const quietMs = 250;
const lookEveryMs = 50;

/**
 * Hands an output on byte by byte as it is read, never more than a chunk ahead of its reader; resolves at its end. When
 * its reader has gone, so has this one: the command gets its SIGPIPE. Never rejects.
 */
export async function passOn(captured: Captured, observe: Observe, ended: Promise<unknown>): Promise<void> {
  const state = { isBusy: false, chunks: 0 };
  void ended.then(() => endWhenQuiet(captured, state));
  try {
    for await (const chunk of captured.source) {
      state.chunks += 1;
      state.isBusy = true;
      const observed = observe(chunk);
      if (captured.fd !== undefined) await writeAll(captured.fd, chunk);
      await observed;
      state.isBusy = false;
    }
  } catch {
    captured.socket.destroy(); // its reader has gone, or it was ended below
  }
}

async function endWhenQuiet(
  { socket }: Captured,
  state: { readonly isBusy: boolean; readonly chunks: number },
): Promise<void> {
  for (let quiet = 0, seen = state.chunks; quiet < quietMs && !socket.destroyed;) {
    await systemClock.sleep(lookEveryMs);
    const isQuiet = !state.isBusy && socket.readableLength === 0 && state.chunks === seen;
    quiet = isQuiet ? quiet + lookEveryMs : 0;
    seen = state.chunks;
  }
  socket.destroy();
}
