import { randomBytes } from "node:crypto";
import { messageOf, ptySocketOf } from "@fleetbus/core";
import type { Context } from "../command/context.ts";
import type { Proxy } from "./proxy.ts";
import type { Typist } from "./typing/typist.ts";

/** A terminal that fleet may type into. */
export interface Held {
  readonly hand: Proxy["hand"];
  close(): void;
}

/**
 * Lets the daemon have lines typed for the session in this terminal, over the socket that it finds by this process
 * (core/wake/pty.ts). Where there can be no socket the terminal is a plain one, and says so once.
 */
export async function holdTerminal({ world, paths, say }: Context): Promise<Held> {
  const [{ typist }, { serveTyping }] = await Promise.all([
    import("./typing/typist.ts"),
    import("./typing/serve.ts"),
  ]);
  let mine: Typist | undefined;
  const served = {
    path: ptySocketOf(paths(), world.pid),
    id: `${world.pid}-${randomBytes(6).toString("hex")}`,
    pid: world.pid,
    typist: {
      type: async (...given: Parameters<Typist["type"]>) =>
        mine === undefined ? notYet : mine.type(...given),
    },
  };
  const server = await serveTyping(served).catch((error: unknown) =>
    say(`fleet: what runs here cannot be woken by fleet wrap: ${messageOf(error)}`),
  );
  return {
    hand: (write) => (mine = typist({ clock: world.clock, write })),
    close: () => server?.close(),
  };
}

const notYet = "the command has not been started yet";
