import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import { FleetError, messageOf } from "@fleetbus/core";
import type { InboundConfig } from "../config.ts";
import { placeOf } from "../place.ts";
import type { HttpAnswer } from "./answer.ts";
import type { InboundLimits } from "./limits.ts";

/** A server that listens. */
export interface Listening {
  /** Resolves when nobody is connected any more: answers that are under way are given first, for a moment. */
  close(): Promise<void>;
}

/** What answers a request; must not reject. */
export type Answering = (request: IncomingMessage) => Promise<HttpAnswer>;

const closeWithinMs = 1000;

/** Listens; rejects with `unavailable` where it cannot, with `config` where TLS cannot. */
export async function listen(
  config: InboundConfig,
  limits: InboundLimits,
  answering: Answering,
): Promise<Listening> {
  const server = serverOf(config, limits, (request, response) => {
    answering(request)
      .then((answer) => respond(response, answer))
      .catch(() => response.destroy()); // its sender is gone
  });
  server.maxConnections = limits.maxConnections;
  const { host, port } = placeOf(config.listen) ?? { host: "", port: 0 };
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (error) {
    const text = `listening on ${config.listen}: ${messageOf(error)}`;
    throw new FleetError("unavailable", text, { cause: error });
  }
  server.on("error", () => undefined); // of one connection that could not be taken: the others go on
  return { close: () => closed(server) };
}

function serverOf({ tls }: InboundConfig, limits: InboundLimits, listener: RequestListener): Server {
  const options = {
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: Math.min(1000, limits.headersMs),
    keepAliveTimeout: limits.headersMs,
  };
  if (tls === undefined) return createServer(options, listener);
  try {
    return createTlsServer(
      { ...options, ...tls, handshakeTimeout: limits.headersMs, minVersion: "TLSv1.2" },
      listener,
    );
  } catch (error) {
    const text = `reading tls: ${messageOf(error)}; cert and key are PEM, and belong together`;
    throw new FleetError("config", text, { cause: error });
  }
}

function respond(response: ServerResponse, { status, headers = {}, body }: HttpAnswer): void {
  const text = body === undefined ? "" : `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    ...(body === undefined ? {} : { "content-type": "application/json; charset=utf-8" }),
    ...{ "cache-control": "no-store", "content-length": Buffer.byteLength(text) },
    ...headers,
  });
  response.end(text);
}

async function closed(server: Server): Promise<void> {
  if (!server.listening) return;
  const gone = new Promise((resolve) => server.close(resolve));
  const late = setTimeout(() => server.closeAllConnections(), closeWithinMs);
  server.closeIdleConnections();
  await gone;
  clearTimeout(late);
}
