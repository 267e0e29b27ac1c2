import { connect, type Socket } from "node:net";
import { FleetError, messageOf } from "@fleetbus/core";
import { readAnswer, type HttpAnswer } from "./read-answer.ts";

/** One request to the daemon. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Longest silence before the daemon counts as gone; absent for a stream that may stay quiet. */
  readonly quietMs?: number | undefined;
}

/**
 * Sends one request over the unix socket, on a connection of its own; file mode 0600 is the credential. Spoken by hand
 * over node:net: node:http costs a short command 5 ms more. Rejects with `unavailable` and `details.reason` `down` when
 * nobody listens (nothing was sent then) and `silent` when somebody does and does not answer; with `unauthorized` where the
 * socket is another user's.
 */
export async function exchange(
  socketFile: string,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  signal.throwIfAborted();
  const socket = connect(socketFile);
  const stop = () => socket.destroy(new Error("interrupted"));
  signal.addEventListener("abort", stop, { once: true });
  socket.once("close", () => signal.removeEventListener("abort", stop));
  if (request.quietMs !== undefined)
    socket.setTimeout(request.quietMs, () => socket.destroy(new Silence("no answer came in time")));
  try {
    socket.write(headOf(request) + (request.body ?? ""));
    const chunks = chunksOf(socket, socketFile);
    const answer = await readAnswer(chunks);
    return { ...answer, body: closing(answer.body, socket) };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function headOf(request: HttpRequest): string {
  const headers = {
    host: "fleet",
    connection: "close",
    ...(request.body === undefined
      ? {}
      : { "content-type": "application/json", "content-length": String(Buffer.byteLength(request.body)) }),
    ...request.headers,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${request.method} ${request.path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

async function* chunksOf(socket: Socket, socketFile: string): AsyncGenerator<Buffer> {
  try {
    yield* socket;
  } catch (error) {
    throw readError(error, socketFile);
  }
}

async function* closing(body: AsyncIterable<Buffer>, socket: Socket): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } finally {
    socket.destroy();
  }
}

function readError(cause: unknown, socketFile: string): FleetError {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  const forbidden = forbiddenBy(code);
  if (forbidden !== undefined)
    return new FleetError("unauthorized", `reaching the daemon at ${socketFile}: ${forbidden}`, { cause });
  const isDown = code === "ENOENT" || code === "ECONNREFUSED";
  const why = isDown ? "it is not running; start it with: fleet up" : messageOf(cause);
  return new FleetError("unavailable", `reaching the daemon at ${socketFile}: ${why}`, {
    cause,
    details: isDown ? { reason: "down" } : isSilence(cause, code) ? { reason: "silent" } : {},
  });
}

/** Nothing was heard for the time that a request has. */
class Silence extends Error {}

/** EAGAIN: it takes no connection any more, so many wait for it to take theirs. */
function isSilence(cause: unknown, code: unknown): boolean {
  return cause instanceof Silence || code === "EAGAIN";
}

/** Of its own user's socket only a sandbox keeps a process away (seccomp, seatbelt): with EPERM. */
function forbiddenBy(code: unknown): string | undefined {
  if (code === "EACCES") return "the socket belongs to another user";
  return code === "EPERM"
    ? "this shell may not use unix sockets; is it sandboxed? fleet doctor, outside, says what to allow"
    : undefined;
}
