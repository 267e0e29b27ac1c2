import { createConnection, type Socket } from "node:net";
import { z } from "zod";
import { FleetError, messageOf } from "../../../errors/fleet-error.ts";
import { timeLimit } from "../../../time-limit.ts";
import { unlessAborted } from "../../../unless-aborted.ts";

const knockMs = 5000;
const maxBytes = 65_536;
const infoSchema = z.looseObject({
  tls_required: z.boolean().default(false),
  tls_available: z.boolean().default(false),
});

/** What a NATS server says of itself before anything is said to it. */
export type Greeting = z.output<typeof infoSchema>;

/**
 * Hears what stands at an address, and leaves. The library keeps an open socket for each server that takes a connection and
 * says nothing (one that hangs, or something else that listens), so such a one is found out here first. Rejects with
 * `unavailable`, or with the signal's reason.
 */
export async function knock(address: string, port: number, signal: AbortSignal): Promise<Greeting> {
  const socket = createConnection({ host: address, port });
  const limit = timeLimit(knockMs);
  try {
    return await unlessAborted(greeting(socket), AbortSignal.any([signal, limit]));
  } catch (error) {
    signal.throwIfAborted();
    const reason = limit.aborted ? "it says nothing" : messageOf(error);
    throw new FleetError("unavailable", reason, { cause: error });
  } finally {
    socket.destroy();
  }
}

function greeting(socket: Socket): Promise<Greeting> {
  return new Promise((resolve, reject) => {
    let text = "";
    socket.setEncoding("utf8");
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("it closed the connection")));
    socket.on("data", (chunk: string) => {
      text += chunk;
      if (text.length > maxBytes) reject(new Error("it is no NATS server"));
      if (text.includes("\n")) read(text).then(resolve, reject);
    });
  });
}

async function read(text: string): Promise<Greeting> {
  const json = /^INFO (\{.*\})\s*\n/.exec(text)?.[1];
  if (json === undefined) throw new Error("it is no NATS server");
  return infoSchema.parse(JSON.parse(json));
}
