import { once } from "node:events";
import { createServer as createHttps } from "node:https";
import { createServer, type Socket } from "node:net";
import { z } from "zod";
import { makeCertificate } from "../../../packages/adapters/src/email/far/certificate.test.support.ts";

/** An HTTPS server on loopback whose first connections end before anything is said. */
export interface ClosingTls {
  readonly url: string;
  /** `127.0.0.1:port`, as `allow_private` names it. */
  readonly host: string;
  /** Its authority, PEM. */
  readonly ca: string;
  /** Connections that were closed on. */
  readonly closed: () => number;
  /** Ids of the requests that came through. */
  readonly taken: readonly string[];
  close(): Promise<void>;
}

/** Starts one that closes on the first `count`. */
export async function startClosingTls(count: number): Promise<ClosingTls> {
  const { key, cert } = makeCertificate();
  const taken: string[] = [];
  const sockets = new Set<Socket>();
  let closed = 0;
  const https = createHttps({ key, cert }, (request, response) => {
    taken.push(String(request.headers["webhook-id"] ?? ""));
    request.resume();
    response.writeHead(204).end();
  });
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined); // the other side has had enough
    if (closed >= count) return void https.emit("connection", socket);
    closed += 1;
    socket.once("data", () => socket.destroy()); // in the middle of its hello
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const host = `127.0.0.1:${port}`;
  return {
    ...{ url: `https://${host}/hook`, host, ca: cert, closed: () => closed, taken },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
