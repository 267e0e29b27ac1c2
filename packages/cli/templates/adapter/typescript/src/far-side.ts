// For the tests alone: a doorbell server on loopback that refuses what the real one refuses.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { z } from "zod";

const token = "the right one";
// only: sink
const messageSchema = z.strictObject({
  id: z.string().min(1),
  title: z.string().max(100),
  text: z.string().max(1000),
  priority: z.enum(["low", "normal", "high", "urgent"]),
});
// end
// only: source
const settleSchema = z.strictObject({ line: z.string() });
// end

/** What a test does with it, beside asking it. */
export interface FarServer {
  /** The adapter's own keys for it. */
  readonly config: { readonly url: string; readonly token: string };
  /** What has arrived, as the contract's tests ask for it. */
  readonly arrivals: { eventId: string; bytes: number }[];
  // only: sink
  readonly messages: z.output<typeof messageSchema>[];
  // end
  // only: source
  /** Said by somebody, and not settled yet. */
  readonly replies: { id: string; from: string; text: string; answers?: string }[];
  /** What was answered, by the reply's id. */
  readonly settled: Map<string, string>;
  // end
  /** An answer for the next request, whatever it is. */
  next: { readonly status: number; readonly headers: Readonly<Record<string, string>> } | undefined;
  /** It answers nothing any more. */
  isStalled: boolean;
  close(): Promise<void>;
}

/** Starts one on a free port. */
export async function startFar(): Promise<FarServer> {
  const server = createServer((request, response) => {
    const failed = (error: unknown) => reply(response, [400, { error: String(error) }]);
    serve(request).then((answer) => answer !== undefined && reply(response, answer), failed);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const far: FarServer = {
    config: { url: `http://127.0.0.1:${port}`, token },
    arrivals: [],
    // only: sink
    messages: [],
    // end
    // only: source
    replies: [],
    settled: new Map(),
    // end
    next: undefined,
    isStalled: false,
    close: async () => {
      server.closeAllConnections();
      if (server.listening) await once(server.close(), "close");
    },
  };
  /** Undefined: it says nothing. */
  async function serve(request: IncomingMessage): Promise<Answer | undefined> {
    const body = await jsonOf(request);
    const { next } = far;
    far.next = undefined;
    if (far.isStalled) return undefined;
    if (next !== undefined) return [next.status, { error: "as the test wants it" }, next.headers];
    if (request.headers.authorization !== `Bearer ${token}`) return [401, { error: "who are you?" }];
    return answerOf(far, `${request.method} ${request.url}`, body);
  }
  return far;
}

type Answer = readonly [status: number, body?: object, headers?: Readonly<Record<string, string>>];

async function answerOf(far: FarServer, route: string, body: unknown): Promise<Answer> {
  // only: sink
  if (route === "POST /messages") {
    const message = messageSchema.parse(body);
    if (!far.messages.some(({ id }) => id === message.id)) {
      far.messages.push(message);
      far.arrivals.push({ eventId: message.id, bytes: message.text.length });
    }
    return [201, { id: `far-${message.id}` }];
  }
  // end
  // only: source
  if (route === "GET /replies/next") {
    for (let waited = 0; far.replies.length === 0 && waited < 20; waited += 1) await pause(50);
    const [first] = far.replies;
    return first === undefined ? [204] : [200, first];
  }
  const id = /^POST \/replies\/(.+)$/.exec(route)?.[1] ?? "";
  const at = far.replies.findIndex((each) => each.id === decodeURIComponent(id));
  if (at >= 0) {
    const { line } = settleSchema.parse(body);
    for (const { id: settled } of far.replies.splice(at, 1)) far.settled.set(settled, line);
    return [200, {}];
  }
  // end
  return [404, { error: `no ${route}` }];
}

async function jsonOf(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
  return text === "" ? undefined : JSON.parse(text);
}

function reply(response: ServerResponse, [status, body, headers]: Answer): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
// only: source

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
// end
