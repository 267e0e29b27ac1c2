import type { Bus } from "@fleetbus/core/bus";

type Connected = Pick<Bus, "isConnected" | "onConnection">;

/** Resolves when the server is there, at once if it is, and when the signal aborts. */
export async function untilConnected(bus: Connected, signal: AbortSignal): Promise<void> {
  if (!bus.isConnected()) await nextConnection(bus, signal);
}

/** Resolves the next time the server comes back, and when the signal aborts. */
export function nextConnection(bus: Connected, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const off = bus.onConnection((isConnected) => isConnected && done());
    const done = () => {
      off();
      signal.removeEventListener("abort", done);
      resolve();
    };
    signal.addEventListener("abort", done, { once: true });
    if (signal.aborted) done(); // before anybody listened
  });
}
