import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { z } from "zod";

/** One request as an HTTP receiver got it. */
export interface Received {
  /** Its `webhook-id`. */
  readonly id: string;
  readonly body: string;
  readonly at: number;
}

/** A receiver on loopback that does what good receivers do: it keeps ids, and acts once on each. */
export interface Receiver {
  readonly url: string;
  /** `127.0.0.1:port`, as `allow_private` names it. */
  readonly host: string;
  /** Every request, repeats too. */
  readonly received: readonly Received[];
  /** What it acted on: each id once. */
  readonly done: ReadonlyMap<string, string>;
  close(): Promise<void>;
}

/** How it answers: a status at once, or a promise of one. */
export type Answer = (received: Received) => number | Promise<number>;

/** Starts one. */
export async function startReceiver(answer: Answer = () => 204): Promise<Receiver> {
  const received: Received[] = [];
  const done = new Map<string, string>();
  const server = createServer((request, response) => {
    void (async () => {
      const one = { id: idOf(request), body: await bodyOf(request), at: performance.now() };
      received.push(one);
      const status = await answer(one);
      if (status < 300 && !done.has(one.id)) done.set(one.id, one.body);
      response.writeHead(status).end();
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const host = `127.0.0.1:${port}`;
  return {
    ...{ url: `http://${host}/hook`, host, received, done },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function idOf({ headers }: IncomingMessage): string {
  return String(headers["webhook-id"] ?? "");
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}
