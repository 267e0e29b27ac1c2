import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { z } from "zod";

const messageSchema = z.strictObject({
  ...{ id: z.string().min(1), title: z.string().max(100), text: z.string().max(1000) },
  priority: z.enum(["low", "normal", "high", "urgent"]),
});

/** The far side that the templates of adapters are written for, at work: strict, and not the template's own. */
export interface Messages {
  readonly url: string;
  readonly token: string;
  readonly messages: z.output<typeof messageSchema>[];
  close(): Promise<void>;
}

/** Starts it on a free port of loopback. */
export async function startMessages(): Promise<Messages> {
  const token = "the one that was agreed on";
  const messages: Messages["messages"] = [];
  const server = createServer((request, response) => void serve(request, response));
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    let text = "";
    for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
    const message = messageSchema.safeParse(text === "" ? undefined : JSON.parse(text));
    const isKnown = request.headers.authorization === `Bearer ${token}`;
    const isRight = `${request.method} ${request.url}` === "POST /messages" && message.success;
    response.writeHead(!isKnown ? 401 : isRight ? 201 : 400, { "content-type": "application/json" });
    if (isKnown && isRight) messages.push(message.data);
    response.end(JSON.stringify(isKnown && isRight ? { id: `m-${message.data.id}` } : { error: "no" }));
  };
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = z.object({ port: z.number() }).parse(server.address());
  return {
    ...{ url: `http://127.0.0.1:${address.port}`, token, messages },
    close: async () => {
      server.closeAllConnections();
      await once(server.close(), "close");
    },
  };
}
