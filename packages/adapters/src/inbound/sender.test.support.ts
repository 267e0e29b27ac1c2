import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Webhook } from "standardwebhooks";

/** A key that both sides know. */
export const key = `whsec_${Buffer.from("a key that is 32 bytes in length").toString("base64")}`;

/** What a request is, where a test says no more: signed now, JSON. */
export interface Sent {
  readonly id?: string;
  readonly body?: string;
  readonly secret?: string;
  /** Before now, in seconds. */
  readonly ageSeconds?: number;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The headers that the specification's own library makes. */
export function signedHeaders({ id = "msg_1", body = "{}", secret = key, ageSeconds = 0 }: Sent) {
  const seconds = Math.floor(Date.now() / 1000) - ageSeconds;
  return {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(seconds),
    "webhook-signature": new Webhook(secret).sign(id, new Date(seconds * 1000), body),
  };
}

/** Sends it; the answer read whole. */
export async function send(url: string, sent: Sent = {}, signal?: AbortSignal) {
  const { body = '{"text":"text 1"}', method = "POST" } = sent;
  const headers: Record<string, string> = { ...signedHeaders({ ...sent, body }), ...sent.headers };
  const init = { method, headers, ...(method === "GET" ? {} : { body }) };
  const answer = await fetch(url, signal === undefined ? init : { ...init, signal });
  const text = await answer.text();
  const json: unknown = text === "" ? undefined : JSON.parse(text);
  return { status: answer.status, json, headers: answer.headers };
}

/** As senders should: the same again, as long as it is told to, and while nobody is there. */
export async function sendUntilSettled(url: string, sent: Sent, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const answer = await send(url, sent, signal).catch(() => undefined); // nobody is there
    if (answer !== undefined && answer.status < 500) return;
    const waitMs = Number(answer?.headers.get("retry-after") ?? 0.05) * 1000;
    await sleep(waitMs, undefined, { signal }).catch(() => undefined); // it is over
  }
}

/** A port that nobody has. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" ? (address?.port ?? 0) : 0;
}

/** What a client of its own says, byte by byte; what it hears until the other side hangs up. */
export async function raw(port: number, said: string | readonly string[], pauseMs = 0): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let heard = "";
  socket.on("data", (chunk: Buffer) => (heard += chunk.toString()));
  socket.on("error", () => undefined); // hung up on
  const closed = once(socket, "close");
  for (const part of [said].flat()) {
    if (!socket.writable) break;
    socket.write(part);
    if (pauseMs > 0) await sleep(pauseMs);
  }
  await closed;
  return heard;
}

/** A request in full, as `raw` sends it. */
export function requestOf(
  headers: readonly (readonly [string, string])[],
  body = "",
  first = "POST / HTTP/1.1",
): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  return [first, "host: localhost", "connection: close", ...lines, "", body].join("\r\n");
}
