import type { IncomingMessage, ServerResponse } from "node:http";
import { toFleetError } from "@fleetbus/core";
import type { HookCall } from "../ingest/cli-port.ts";
import type { HookAnswer } from "../ingest/hooks.ts";
import type { WaiterAnswer } from "../wake/waiters.ts";

/** A hook's payload may hold a whole tool result. */
const maxPayloadBytes = 32 * 1024 * 1024;

/** What the hot path of the API calls. */
export interface HookRoutes {
  /** Reads method, path, headers and body as a call; throws `malformed`. */
  read(request: {
    readonly path: string;
    readonly headers: IncomingMessage["headers"];
    readonly body: Buffer;
  }): HookCall;
  take(call: HookCall): Promise<HookAnswer>;
  /** Holds a background hook until its session is to be woken. */
  wait(call: HookCall, signal: AbortSignal): Promise<WaiterAnswer>;
  onServed(event: string, ms: number): void;
  onError(error: unknown, path: string): void;
}

/** Whether a request is a hook's: those are answered without the router, a hook costs its agent wall time. */
export function isHookPath(path: string): boolean {
  return path.startsWith("/v1/hook/") || path.startsWith("/v1/wait/");
}

/** Answers one hook. It fails open: whatever goes wrong here, the CLI goes on with an empty answer (DESIGN §8). */
export async function serveHook(
  request: IncomingMessage,
  response: ServerResponse,
  routes: HookRoutes,
): Promise<void> {
  const path = request.url ?? "";
  const startedAt = performance.now();
  try {
    const call = routes.read({ path, headers: inUtf8(request.headers), body: await readBody(request) });
    if (path.startsWith("/v1/wait/")) return await serveWaiter(response, call, routes);
    const answer = await routes.take(call);
    settleWith(response, answer);
    write(response, { status: answer.body === "" ? 204 : 200, body: answer.body });
    routes.onServed(call.event, performance.now() - startedAt);
  } catch (error) {
    const failure = toFleetError(error);
    routes.onError(failure, path);
    // A storage failure makes the client keep the event in a file of its own; anything else would fail there again.
    write(response, { status: failure.code === "storage" ? 507 : 204, body: "" });
  }
}

/** A response says `finish` also where its connection broke in the middle; its socket is gone by then. */
function settleWith(response: ServerResponse, answer: HookAnswer): void {
  const { socket } = response;
  if (response.closed || socket === null || socket.destroyed) return answer.settle(false);
  let isWritten = false;
  response.once("finish", () => (isWritten = !socket.destroyed));
  response.once("close", () => answer.settle(isWritten));
}

/** Node reads each byte of a header as a character; names and paths of an environment are UTF-8. */
function inUtf8(headers: IncomingMessage["headers"]): IncomingMessage["headers"] {
  const entries = Object.entries(headers);
  const isForeign = (value: unknown) => typeof value === "string" && /[\u0080-\u00ff]/u.test(value);
  if (!entries.some(([, value]) => isForeign(value))) return headers;
  return Object.fromEntries(
    entries.map(([key, value]) => [
      key,
      typeof value === "string" ? Buffer.from(value, "latin1").toString("utf8") : value,
    ]),
  );
}

async function serveWaiter(response: ServerResponse, call: HookCall, routes: HookRoutes): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  if (response.closed) gone.abort(); // while its payload was read
  const answer = await routes.wait(call, gone.signal);
  if (gone.signal.aborted) return;
  if ("later" in answer) response.destroy();
  else if ("wakeWith" in answer) write(response, { status: 200, body: answer.wakeWith, exit: 2 });
  else write(response, { status: 204, body: "" });
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly exit?: number;
}

function write(response: ServerResponse, { status, body, exit }: Answer): void {
  if (response.headersSent) return;
  const bytes = Buffer.from(body);
  const type = body.startsWith("{") ? "application/json" : "text/plain; charset=utf-8";
  const headers = {
    "content-type": type,
    "content-length": bytes.length,
    ...(exit === undefined ? {} : { "x-fleet-exit": exit }),
  };
  response.writeHead(status, status === 204 ? {} : headers).end(status === 204 ? undefined : bytes);
}

function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxPayloadBytes) chunks.push(chunk);
      else request.destroy(new Error(`a payload over ${maxPayloadBytes} bytes`));
    });
    request.on("end", () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.on("error", reject);
  });
}
