import { once } from "node:events";
import { createConnection } from "node:net";
import {
  FleetError,
  jsonLines,
  messageOf,
  ptyAnswerSchema,
  type PtyAnswer,
  type PtyAsk,
} from "@fleetbus/core";

/** A conversation with a `fleet wrap` (core/wake/pty.ts). */
export interface PtyTalk {
  say(ask: PtyAsk): void;
  /** What it answers, in order; ends when it hangs up. Rejects with the signal's reason. */
  readonly answers: AsyncIterable<PtyAnswer>;
  close(): void;
}

/** Connects to the socket at `path`. Rejects with `unavailable` where nobody answers, and with the signal's reason. */
export async function talkTo(path: string, signal: AbortSignal): Promise<PtyTalk> {
  const socket = createConnection({ path, signal });
  const heard: PtyAnswer[] = [];
  let ring: () => void = () => undefined;
  let hasEnded = false;
  const end = () => {
    hasEnded = true;
    ring();
  };
  const hear = (value: unknown) => {
    heard.push(ptyAnswerSchema.parse(value));
    ring();
  };
  socket.on(
    "data",
    jsonLines(hear, () => socket.destroy()),
  );
  socket.on("close", end).on("error", end);
  await once(socket, "connect", { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new FleetError("unavailable", `asking fleet wrap at ${path}: ${messageOf(error)}`);
  });
  return {
    say: (ask) => void socket.write(`${JSON.stringify(ask)}\n`),
    answers: listen(),
    close: () => void socket.destroy(),
  };

  async function* listen(): AsyncGenerator<PtyAnswer> {
    for (;;) {
      const next = heard.shift();
      if (next !== undefined) yield next;
      else if (hasEnded) return signal.throwIfAborted();
      else await new Promise<void>((resolve) => (ring = resolve));
    }
  }
}
