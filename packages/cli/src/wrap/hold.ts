import { randomBytes } from "node:crypto";
import { messageOf, ptySocketOf, type PtyFact } from "@fleetbus/core";
import type { Context } from "../command/context.ts";
import type { Proxy } from "./proxy.ts";
import { serveTyping } from "./typing/serve.ts";
import { typist, type Typist } from "./typing/typist.ts";
import { watchUnhooked, type Watched } from "./unhooked/watch.ts";

/** A terminal that fleet may type into. */
export interface Held {
  readonly hand: Proxy["hand"];
  /** The command runs: where the person named it, it may become a session without hooks. */
  started(pid: number): void;
  /** Resolves when what is to be told of its end is told, or soon. */
  close(): Promise<void>;
}

/** What is held. */
export interface Holding {
  readonly argv: readonly string[];
  /** As the person called it. */
  readonly name: string | undefined;
  /** The mail of a session without hooks is typed whole. */
  readonly typesBody: boolean;
}

/**
 * Lets the daemon have lines typed for the session in this terminal, over the socket that it finds by this process
 * (core/wake/pty.ts). Where there can be no socket the terminal is a plain one, and says so once.
 */
export async function holdTerminal(holding: Holding, context: Context): Promise<Held> {
  const { world, paths, say } = context;
  const id = `${world.pid}-${randomBytes(6).toString("hex")}`;
  const pty: PtyFact = { id, socket: ptySocketOf(paths(), world.pid), pid: world.pid };
  let hand: Typist | undefined;
  let watched: Watched | undefined;
  const type: Typist["type"] = async (job, signal) =>
    hand === undefined ? "the command has not been started yet" : hand.type(job, signal);
  const server = await serveTyping({ ...pty, typist: { type } }).catch((error: unknown) =>
    say(`fleet: what runs here cannot be woken by fleet wrap: ${messageOf(error)}`),
  );
  return {
    hand: (write) =>
      (hand = typist({
        ...{ clock: world.clock, write },
        quietMs: () => watched?.quietMs() ?? 0,
        onSubmit: (own) => watched?.submitted(own),
        onPrint: () => watched?.printed(),
      })),
    started: (pid) => {
      const { argv, name, typesBody } = holding;
      if (server !== undefined && name !== undefined)
        watched = watchUnhooked(
          { argv, name, pid, pty: { ...pty, ...(typesBody ? { typesBody } : {}) } },
          context,
        );
    },
    close: async () => {
      server?.close();
      await watched?.end();
    },
  };
}
