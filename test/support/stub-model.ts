import { appendFileSync } from "node:fs";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { answerMessages, messagesRequestSchema } from "./stub-model-messages.ts";
import { requestLog, type RequestLog } from "./stub-model-log.ts";
import { gates, type Gates } from "./stub-model-gates.ts";

export type { ModelRequest } from "./stub-model-log.ts";

/** A model that runs: what it was asked, and the holds it is waiting at. */
export interface StubModel extends RequestLog {
  /** Base URL on loopback, without a trailing slash. */
  readonly url: string;
  /** Lets every answer go on that waits at `[[hold name]]`, now and later. */
  release(name: string): void;
  /** Ends open answers and the server. */
  close(): Promise<void>;
}

/**
 * Starts a model on a free loopback port that speaks the Anthropic Messages API (streaming and not, token counts,
 * model list) and does what the script words of the newest prompt say (stub-model-script.ts).
 * `logFile` gets one JSON line a finished request, whole texts included, so that another process can check it too.
 */
export async function startStubModel(options: { readonly logFile?: string } = {}): Promise<StubModel> {
  const { logFile } = options;
  const log = requestLog((line) => logFile !== undefined && appendFileSync(logFile, `${line}\n`));
  const holds = gates();
  const server = createServer((request, response) => {
    void answer(request, response, { log, holds }).catch((thrown: unknown) => fail(response, thrown));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("listening as stub model: no port");
  return {
    ...log,
    url: `http://127.0.0.1:${address.port}`,
    release: holds.open,
    async close() {
      holds.openAll();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** What one answer needs of the server. */
export interface StubContext {
  readonly log: RequestLog;
  readonly holds: Gates;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  context: StubContext,
): Promise<void> {
  const path = new URL(request.url ?? "/", "http://stub").pathname;
  const body = await readJson(request);
  if (request.method === "POST" && path.endsWith("/messages/count_tokens"))
    return json(response, 200, { input_tokens: 1000 });
  if (request.method === "POST" && path.endsWith("/messages")) {
    return answerMessages(messagesRequestSchema.parse(body), { request, response, ...context });
  }
  if (path.endsWith("/models"))
    return json(response, 200, { data: [{ type: "model", id: "stub-model" }], has_more: false });
  context.log.note(`${request.method ?? "?"} ${path}`);
  return json(response, request.method === "HEAD" ? 200 : 404, {});
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (chunk instanceof Buffer) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return text === "" ? {} : JSON.parse(text);
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function fail(response: ServerResponse, thrown: unknown): void {
  if (response.headersSent) response.end();
  else
    json(response, 400, { type: "error", error: { type: "invalid_request_error", message: String(thrown) } });
}
