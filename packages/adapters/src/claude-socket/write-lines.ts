import { timeLimit } from "@fleetbus/core";
import { createConnection } from "node:net";
import { once } from "node:events";

/** How long the far side may take to hang up after us; what was written is with the kernel by then. */
const hangUpMs = 250;

/** Writes `lines` to the unix socket at `path` and hangs up. Nothing is answered there (HOOKS.md §1.7). */
export async function writeLines(path: string, lines: readonly string[], signal: AbortSignal): Promise<void> {
  const socket = createConnection({ path, signal });
  const closed = once(socket, "close", { signal: AbortSignal.any([signal, timeLimit(hangUpMs)]) });
  closed.catch(() => undefined); // looked at below, or made pointless by an earlier error
  try {
    await once(socket, "connect", { signal });
    socket.resume().end(lines.map((line) => `${line}\n`).join(""));
    await once(socket, "finish", { signal });
    await closed.catch(() => undefined); // a far side that keeps the line open has the text all the same
  } finally {
    socket.destroy();
  }
}
