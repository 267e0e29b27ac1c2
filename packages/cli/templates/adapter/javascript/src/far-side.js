// For the tests alone: a doorbell server on loopback that refuses what the real one refuses.
import { once } from "node:events";
import { createServer } from "node:http";
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

/** Starts one on a free port. `config` holds the adapter's own keys for it. */
export async function startFar() {
  const server = createServer((request, response) => {
    const failed = (error) => reply(response, [400, { error: String(error) }]);
    serve(request).then((answer) => answer !== undefined && reply(response, answer), failed);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const far = {
    config: { url: `http://127.0.0.1:${port}`, token },
    /** What has arrived, as the contract's tests ask for it. */
    arrivals: [],
    // only: sink
    messages: [],
    // end
    // only: source
    /** Said by somebody, and not settled yet. */
    replies: [],
    /** What was answered, by the reply's id. */
    settled: new Map(),
    // end
    /** An answer for the next request, whatever it is. */
    next: undefined,
    /** It answers nothing any more. */
    isStalled: false,
    close: async () => {
      server.closeAllConnections();
      if (server.listening) await once(server.close(), "close");
    },
  };
  /** Undefined: it says nothing. */
  async function serve(request) {
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

async function answerOf(far, route, body) {
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

async function jsonOf(request) {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
  return text === "" ? undefined : JSON.parse(text);
}

function reply(response, [status, body, headers]) {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
// only: source

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
// end
