import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { z } from "zod";

/** One request that a demo agent made, with all that its model got to see. */
export interface SeenRequest {
  /** Order of arrival, from 0. */
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly session: string;
  readonly texts: readonly string[];
  /** `answered` when the answer went out whole; `open` and `aborted` requests got no output. */
  end: "open" | "answered" | "aborted";
}

/** What the model says to a request: text, or a command to run; or it waits, for ever if told so. */
export interface Script {
  (request: SeenRequest): Promise<{ readonly text?: string; readonly run?: string }>;
}

/** A stub model for demo agents, and the account of everything that it was asked. */
export interface DemoModel {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** How requests are answered from now on. */
  answerWith(script: Script): void;
  /** Resolves with the first request that matches, now or within `timeoutMs`. */
  waitFor(matches: (request: SeenRequest) => boolean, timeoutMs?: number): Promise<SeenRequest>;
  close(): Promise<void>;
}

const bodySchema = z.object({ session: z.string(), texts: z.array(z.string()) });

/** Starts it on a free loopback port; it says "ok" until it is told otherwise. */
export async function startDemoModel(): Promise<DemoModel> {
  const requests: SeenRequest[] = [];
  const watchers = new Set<() => void>();
  let script: Script = () => Promise.resolve({ text: "ok" });
  const changed = () => watchers.forEach((look) => look());
  const take = async (incoming: IncomingMessage, response: ServerResponse) => {
    const { session, texts } = bodySchema.parse(JSON.parse(await bodyOf(incoming)));
    const request: SeenRequest = { seq: requests.length, at: Date.now(), session, texts, end: "open" };
    requests.push(request);
    response.once("close", () => {
      request.end = response.writableFinished ? "answered" : "aborted";
      changed();
    });
    changed();
    const answer = await script(request);
    if (!response.destroyed) response.end(JSON.stringify(answer));
  };
  const server = createServer((incoming, response) => {
    take(incoming, response).catch(() => response.destroy()); // the caller went away
  });
  const url = `http://127.0.0.1:${await listen(server)}/`;
  return {
    url,
    requests,
    answerWith: (next) => void (script = next),
    waitFor: (matches, timeoutMs = 30_000) => firstOf(() => requests.find(matches), watchers, timeoutMs),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function bodyOf(incoming: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => resolve(Buffer.concat(chunks).toString()));
    incoming.on("error", reject);
  });
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address !== null && typeof address === "object") resolve(address.port);
    });
  });
}

function firstOf<T>(find: () => T | undefined, watchers: Set<() => void>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const found = find();
      if (found === undefined) return;
      clearTimeout(timer);
      watchers.delete(look);
      resolve(found);
    };
    const timer = setTimeout(() => {
      watchers.delete(look);
      reject(new Error(`waiting ${timeoutMs} ms for a request to the model`));
    }, timeoutMs);
    watchers.add(look);
    look();
  });
}
