import { connect } from "node:net";
import { z } from "zod";

const helloSchema = z.object({
  server_name: z.string(),
  version: z.string(),
});

/** What a nats-server says of itself to whoever connects, before any authentication. */
export type Hello = z.infer<typeof helloSchema>;

const maxHelloBytes = 64 * 1024;

/** Reads the first line of the server at a loopback port; undefined when none answers in time or it is no nats-server. */
export function readHello(port: number, timeoutMs = 1000): Promise<Hello | undefined> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect({ port, host: "127.0.0.1" });
    const finish = (hello?: Hello) => {
      socket.destroy();
      resolve(hello);
    };
    socket.setEncoding("utf8");
    socket.setTimeout(timeoutMs, finish);
    socket.once("error", () => finish());
    socket.once("close", () => finish());
    socket.on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("\r\n")) finish(parseHello(text));
      else if (text.length > maxHelloBytes) finish();
    });
  });
}

function parseHello(text: string): Hello | undefined {
  const line = text.slice(0, text.indexOf("\r\n"));
  if (!line.startsWith("INFO ")) return undefined;
  try {
    const parsed = helloSchema.safeParse(JSON.parse(line.slice("INFO ".length)));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined; // not JSON: not a nats-server
  }
}
