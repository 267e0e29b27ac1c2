import { chmod, mkdir, unlink } from "node:fs/promises";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { connect } from "node:net";
import { dirname } from "node:path";
import { FleetError, messageOf } from "@fleetbus/core";
import { refusal } from "./guard.ts";
import { httpServer, serveLimits, type Handler, type ServeLimits } from "./http-server.ts";

const closeWithinMs = 500;

/** Where the API listens. */
export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** How to listen. */
export interface ListenOptions {
  readonly socketFile: string;
  readonly token: string;
  /** The port of the last run: hooks of the http kind bear it. Another is taken when a stranger has it. */
  readonly preferredPort: number | undefined;
  /** Over TCP it is called only after the guard. */
  readonly handler: Handler;
  /** Of each of both; `serveLimits` unless given. */
  readonly limits?: ServeLimits;
  /** See `httpServer`. */
  onFull(maxConnections: number): void;
}

/** Listens on the 0600 unix socket and on loopback TCP. A stale socket file is replaced, a live one is a conflict. */
export async function listen(options: ListenOptions): Promise<Listening> {
  const { socketFile, handler, limits = serveLimits } = options;
  await mkdir(dirname(socketFile), { recursive: true, mode: 0o700 });
  await removeStale(socketFile);
  const local = httpServer({ ...options, limits, handler });
  await listening(local, { path: socketFile });
  await chmod(socketFile, 0o600);
  const tcp = httpServer({
    ...options,
    limits,
    handler: (request, response) => guarded(request, response, options),
  });
  const port = await listenOnPort(tcp, options.preferredPort);
  return { port, close: () => Promise.all([local, tcp].map(closeServer)).then(() => undefined) };
}

function guarded(
  request: IncomingMessage,
  response: ServerResponse,
  { token, handler }: ListenOptions,
): void {
  const refused = request.url === "/healthz" ? undefined : refusal(request.headers, token);
  if (refused === undefined) return handler(request, response);
  const body = JSON.stringify({ error: { code: "unauthorized", message: refused.text, details: {} } });
  response.writeHead(refused.status, { "content-type": "application/json" }).end(body);
}

async function removeStale(socketFile: string): Promise<void> {
  if (await answers(socketFile)) {
    throw new FleetError(
      "conflict",
      `listening on ${socketFile}: another daemon answers there; stop it with \`fleet down\``,
    );
  }
  await unlink(socketFile).catch(() => undefined); // there was none
}

function answers(socketFile: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketFile);
    socket.once("connect", () => resolve(true)).once("connect", () => socket.destroy());
    socket.once("error", () => resolve(false));
  });
}

async function listenOnPort(server: Server, preferred: number | undefined): Promise<number> {
  const first = { host: "127.0.0.1", port: preferred ?? 0 };
  await listening(server, first).catch(() => listening(server, { host: "127.0.0.1", port: 0 }));
  const address = server.address();
  if (typeof address === "object" && address !== null) return address.port;
  throw new FleetError("internal", "listening on loopback: no port came of it");
}

function listening(
  server: Server,
  where: { readonly path: string } | { readonly host: string; readonly port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error) =>
      reject(new FleetError("unavailable", `listening: ${messageOf(error)}`, { cause: error }));
    server.once("error", refuse);
    server.listen(where, () => {
      server.off("error", refuse);
      resolve();
    });
  });
}

/** What is being answered may end; whoever still hangs on then is cut off. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), closeWithinMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
