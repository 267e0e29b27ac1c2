import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jsonLines, ptyAskSchema, type FleetEvent, type PtyAnswer } from "@fleetbus/core";

/** A stand-in for `fleet wrap`'s side of its socket. */
export interface FakeWrap {
  readonly path: string;
  /** What was typed, with what it was asked to. */
  readonly typed: {
    readonly line: string;
    readonly idleSince: string | undefined;
    readonly pasteWaitMs: number;
  }[];
  /** What it says first when it is asked to type; `free` unless said. */
  first: readonly PtyAnswer[];
  close(): Promise<void>;
}

/** Its id and process in `wakeBy`. */
export const wrapId = "7-abc";

/** Starts one: free at once, and again after each refusal that leaves it open. */
export async function startWrap(id = wrapId): Promise<FakeWrap> {
  const folder = await mkdtemp(join(tmpdir(), "fleet-pty-"));
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    const say = (answer: PtyAnswer) => void socket.write(`${JSON.stringify(answer)}\n`);
    let asked: FakeWrap["typed"][number] | undefined;
    const hear = (value: unknown) => {
      const ask = ptyAskSchema.parse(value);
      if (ask.ask === "hello") return say({ is: "here", id, pid: 7 });
      if (ask.ask === "type") {
        const { line, idleSince, pasteWaitMs } = ask;
        asked = { line, idleSince, pasteWaitMs };
        return wrap.first.forEach(say);
      }
      if (!ask.isWanted) return say({ is: "skipped", reason: "no longer wanted" });
      if (asked !== undefined) wrap.typed.push(asked);
      say({ is: "submitted" });
    };
    open.add(socket);
    socket.on("close", () => open.delete(socket)).on("error", () => undefined);
    socket.on(
      "data",
      jsonLines(hear, () => socket.destroy()),
    );
  });
  const wrap: FakeWrap = {
    path: join(folder, "pty-7"),
    typed: [],
    first: [{ is: "free" }],
    close: async () => {
      for (const socket of open) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
  server.listen(wrap.path);
  await once(server, "listening");
  return wrap;
}

/** A wake for the session in it, of the CLI with pid 8. */
export function wakeBy(wrap: FakeWrap, change: Readonly<Record<string, unknown>> = {}, n = 1): FleetEvent {
  const data = {
    ...{ to: { machine: "lab", session: "web" }, rung: "pty", nonce: `nonce${n}00000`, idleGeneration: 1 },
    deadline: new Date(Date.now() + 30_000).toISOString(),
    idleSince: "2026-01-01T00:00:00.000Z",
    text: `2 messages wait; run: fleet inbox [fleet:nonce${n}00000]`,
    ...{ cli: "claude", pid: 8, pty: { id: wrapId, socket: wrap.path, pid: 7 } },
    ...change,
  };
  const from = { machine: "lab", session: "me" };
  return { id: `wake${n}`, kind: "wake.pty", from, time: new Date().toISOString(), origin: "system", data };
}
