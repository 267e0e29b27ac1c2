import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { ErrorCode } from "@fleetbus/core";
import type { ErrorAnswer } from "@fleetbus/core/api";

/** What one listener bears with. */
export interface ServeLimits {
  /** From the first byte of a request, or from the connection, to the end of its headers. */
  readonly headersMs: number;
  /** To the end of its body. An answer may take as long as it likes. */
  readonly requestMs: number;
  /** A connection that does nothing between two requests. */
  readonly idleMs: number;
  /** Whoever comes on top is hung up on. Each session may hold one, for its waiting hook. */
  readonly maxConnections: number;
}

/** A hook's payload may hold 32 MB, and comes from this machine. */
export const serveLimits: ServeLimits = {
  headersMs: 5000,
  requestMs: 30_000,
  idleMs: 60_000,
  maxConnections: 4096,
};

/** Answers one request. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** How to serve. */
export interface ServeOptions {
  readonly handler: Handler;
  readonly limits: ServeLimits;
  /** Somebody was hung up on because there were too many; told at most every ten seconds. */
  onFull(maxConnections: number): void;
}

/**
 * An http server that nobody can keep busy by being slow: a request that does not come in time is answered with 408, and
 * its connection ends, at the latest after twice that time: Node looks for such ones once in the shortest time, and each look
 * wakes an idle daemon.
 */
export function httpServer({ handler, limits, onFull }: ServeOptions): Server {
  const { headersMs, requestMs, idleMs, maxConnections } = limits;
  const options = {
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    keepAliveTimeout: idleMs,
    connectionsCheckingInterval: Math.min(headersMs, requestMs),
  };
  const responses = new WeakMap<Duplex, ServerResponse>();
  const server = createServer(options, (request, response) => {
    responses.set(request.socket, response);
    handler(request, response);
  });
  server.maxConnections = maxConnections;
  server.on("clientError", (error, socket) =>
    hangUp(error, { socket, response: responses.get(socket), limits }),
  );
  server.on(
    "drop",
    atMostEvery(10_000, () => onFull(maxConnections)),
  );
  return server;
}

interface Hanging {
  readonly socket: Duplex;
  readonly response: ServerResponse | undefined;
  readonly limits: ServeLimits;
}

/** An answer that has begun is not mixed with another one. */
function hangUp(error: NodeJS.ErrnoException, { socket, response, limits }: Hanging): void {
  const isAnswered = response?.headersSent === true && !response.writableFinished;
  if (socket.writable && !isAnswered && error.code !== "ECONNRESET") socket.write(refusalOf(error, limits));
  socket.destroy();
}

function refusalOf({ code }: NodeJS.ErrnoException, { headersMs, requestMs }: ServeLimits): string {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    const message = `reading a request: its headers did not come within ${headersMs} ms, or its body not within ${requestMs} ms`;
    return rawAnswer("408 Request Timeout", { code: "pending", message, details: {} });
  }
  if (code === "HPE_HEADER_OVERFLOW") {
    const message = "reading a request: its headers are too large";
    return rawAnswer("431 Request Header Fields Too Large", { code: "too_large", message, details: {} });
  }
  return rawAnswer("400 Bad Request", {
    code: "malformed",
    message: "reading a request: it is no HTTP",
    details: {},
  });
}

function rawAnswer(status: string, error: ErrorAnswer["error"] & { readonly code: ErrorCode }): string {
  const body = JSON.stringify({ error } satisfies ErrorAnswer);
  const headers = [
    "connection: close",
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return `HTTP/1.1 ${status}\r\n${headers.join("\r\n")}\r\n\r\n${body}`;
}

function atMostEvery(ms: number, work: () => void): () => void {
  let last = -Infinity;
  return () => {
    const now = performance.now();
    if (now - last < ms) return;
    last = now;
    work();
  };
}
