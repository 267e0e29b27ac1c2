import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** One request as it came in. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a far side says to one request. */
export interface Said {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Instead of a body: what is written bit by bit, until it ends or who asked has gone. */
  readonly stream?: AsyncIterable<string>;
}

/** A service's rules, and how it words its answers; `gone` aborts when who asked has gone, or the server closes. */
export type Judge = (request: Received, gone: AbortSignal) => Said | Promise<Said>;

/** A real HTTP server on loopback that plays a service: `judge` enforces that service's rules and words its answers. */
export interface FarServer {
  readonly url: string;
  /** Every request that was let in by the rules (answered with 2xx), oldest first. */
  readonly taken: Received[];
  /** Every request. */
  readonly seen: Received[];
  /** The next requests are answered so, whatever the rules say; once each. */
  readonly next: Said[];
  /** From now on nothing is answered. */
  stall(): void;
  /** From now on nobody listens. */
  leave(): Promise<void>;
  close(): Promise<void>;
}

/** Starts it on a free port. */
export async function startFarServer(judge: Judge): Promise<FarServer> {
  let isStalled = false;
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const received = await read(request);
    far.seen.push(received);
    if (isStalled) return;
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const said = far.next.shift() ?? (await judge(received, gone.signal));
    if (said.status < 300) far.taken.push(received);
    response.writeHead(said.status, said.headers);
    for await (const chunk of said.stream ?? []) response.write(chunk);
    response.end(said.body);
  };
  const leave = async () => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const far: FarServer = {
    ...{ url: `http://127.0.0.1:${port}`, taken: [], seen: [], next: [], leave, close: leave },
    stall: () => {
      isStalled = true;
    },
  };
  return far;
}

async function read(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) headers[name] = String(value);
  return {
    method: request.method ?? "",
    path: request.url ?? "",
    headers,
    body: Buffer.concat(chunks).toString("utf8"),
  };
}
