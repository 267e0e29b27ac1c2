import { FleetError, type AdapterContext, type Sink } from "@fleetbus/core";
import { z } from "zod";
import { call } from "./call.ts";
import type { Config } from "./config.ts";
import { requireFit } from "./limits.ts";

const doing = "sending to doorbell";
const receiptSchema = z.object({ id: z.string() });

/** Bus → doorbell: one request per notice. */
export function openSink(config: Config, context: AdapterContext): Sink {
  const closing = new AbortController();
  let isConnected = false;
  return {
    connect: async (signal) => {
      signal.throwIfAborted();
      isConnected = true;
    },
    send: async (_event, signal, notice) => {
      if (!isConnected || closing.signal.aborted)
        throw new FleetError("unavailable", `${doing}: it is closed`);
      requireFit(notice);
      const { id, title, text, priority } = notice;
      const either = AbortSignal.any([signal, closing.signal]);
      const message = {
        doing,
        method: "POST",
        path: "/messages",
        body: { id, title, text, priority },
      } as const;
      const receipt = receiptSchema.parse(await call(message, { config, context, signal: either }));
      return { providerId: receipt.id };
    },
    close: async () => closing.abort(new FleetError("unavailable", `${doing}: it is closing`)),
  };
}
