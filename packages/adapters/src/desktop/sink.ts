import type { Sink } from "@fleetbus/core";
import { connectionlessSink } from "../sending/connectionless-sink.ts";
import { requireFit } from "../text/fits.ts";
import type { Waits } from "./answers/waits.ts";
import { desktopText } from "./limits.ts";
import type { Toasts } from "./toasts.ts";

/** The sink of the desktop adapter; with it nothing waits for toasts any more. */
export function desktopSink({ doing, show }: Toasts, waits: Waits): Sink {
  const sink = connectionlessSink(doing, async (_event, signal, notice) => {
    requireFit(doing, notice, desktopText);
    return show(notice, signal);
  });
  return {
    ...sink,
    close: async () => {
      await sink.close();
      await waits.endAll();
    },
  };
}
