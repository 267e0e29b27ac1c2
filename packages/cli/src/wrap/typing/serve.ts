import { chmod, mkdir, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { dirname } from "node:path";
import { once } from "node:events";
import { jsonLines, messageOf, ptyAskSchema, type PtyAnswer, type PtyAsk } from "@fleetbus/core";
import { removeLeftBehind } from "./left-behind.ts";
import type { Typist } from "./typist.ts";

/** What the socket answers for. */
export interface Served {
  /** Its path: see `ptySocketOf`. */
  readonly socket: string;
  /** What the session's fact `pty` says. */
  readonly id: string;
  readonly pid: number;
  readonly typist: Pick<Typist, "type">;
}

/** Listens on the 0600 socket for lines to type (core/wake/pty.ts), one at a time. Rejects where it cannot listen. */
export async function serveTyping(served: Served): Promise<{ close(): void }> {
  const open = new Set<Socket>();
  const queue: Queue = { length: 0, tail: Promise.resolve() };
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket)).on("error", () => undefined); // closed next
    converse(socket, served, queue);
  });
  await mkdir(dirname(served.socket), { recursive: true, mode: 0o700 });
  await rm(served.socket, { force: true }); // of a process before, that had this pid
  await removeLeftBehind(dirname(served.socket));
  server.listen(served.socket);
  await once(server, "listening");
  await chmod(served.socket, 0o600);
  const close = () => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  return { close };
}

interface Queue {
  length: number;
  tail: Promise<unknown>;
}

/** One connection: what makes no sense ends it. */
function converse(socket: Socket, served: Served, queue: Queue): void {
  const gone = new AbortController();
  const say = (answer: PtyAnswer) => void socket.write(`${JSON.stringify(answer)}\n`);
  let answer: (isWanted: boolean) => void = () => undefined;
  const isWanted = () => {
    say({ is: "free" });
    return new Promise<boolean>((resolve, reject) => {
      answer = resolve;
      gone.signal.addEventListener("abort", () => reject(hungUp()), { once: true });
    });
  };
  const type = async (ask: PtyAsk & { ask: "type" }) => {
    const before = queue.tail;
    if (queue.length > 0) say({ is: "waiting", reason: "another wake for its terminal is under way" });
    queue.length += 1;
    const job = { ...jobOf(ask), onWaiting: (reason: string) => say({ is: "waiting", reason }), isWanted };
    const mine = before
      .then(() => gone.signal.throwIfAborted())
      .then(() => served.typist.type(job, gone.signal));
    queue.tail = mine
      .catch(() => undefined) // told to who asked
      .finally(() => (queue.length -= 1));
    const reason = await mine;
    say(reason === undefined ? { is: "submitted" } : { is: "skipped", reason });
  };
  const hear = (value: unknown) => {
    const ask = ptyAskSchema.parse(value);
    if (ask.ask === "hello") say({ is: "here", id: served.id, pid: served.pid });
    if (ask.ask === "go") answer(ask.isWanted);
    if (ask.ask === "type")
      type(ask).catch((error: unknown) => say({ is: "skipped", reason: messageOf(error) }));
  };
  socket.on(
    "data",
    jsonLines(hear, () => socket.destroy()),
  );
  socket.on("close", () => gone.abort(hungUp()));
}

function jobOf({ line, body, idleSince, pasteWaitMs }: PtyAsk & { ask: "type" }) {
  const idleSinceMs = idleSince === undefined ? undefined : Date.parse(idleSince);
  return { line, body, pasteWaitMs, idleSinceMs };
}

function hungUp(): Error {
  return new Error("whoever asked has hung up");
}
