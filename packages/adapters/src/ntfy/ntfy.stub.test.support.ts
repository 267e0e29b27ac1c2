import { z } from "zod";
import type { Received, Said } from "../http/far-server.test.support.ts";

const maxMessageBytes = 4095;
const maxJsonBytes = 8192;

/** An ntfy server as 2.27 answers, with one token and one topic: e2e/adapters/ntfy.test.ts holds the real one against the adapter. */
export function ntfyServer({ token, topic }: { readonly token: string; readonly topic: string }) {
  return (request: Received): Said => {
    const { authorization = "" } = request.headers;
    if (authorization === "") return no(403, 40301, "forbidden");
    if (authorization !== `Bearer ${token}`) return no(401, 40101, "unauthorized");
    const isJson = request.method === "POST" && request.path === "/";
    return isJson ? publishJson(request, topic) : publish(request, topic);
  };
}

function publishJson({ body }: Received, topic: string): Said {
  if (Buffer.byteLength(body) > maxJsonBytes) return no(413, 41303, "JSON body too large");
  const message = z.record(z.string(), z.unknown()).parse(JSON.parse(body));
  if (message["topic"] !== topic) return no(403, 40301, "forbidden");
  if (Buffer.byteLength(String(message["message"])) > maxMessageBytes)
    return no(500, 50001, "internal server error");
  return checked(message["priority"], message["sequence_id"] ?? "x");
}

function publish({ method, path, headers, body }: Received, topic: string): Said {
  if (!["PUT", "POST"].includes(method)) return no(404, 40401, "page not found");
  if (path !== `/${topic}`) return no(403, 40301, "forbidden");
  const isFile = "filename" in headers || Buffer.byteLength(body) > maxMessageBytes;
  if (isFile && Buffer.byteLength(body) > 15_000_000)
    return no(413, 41301, "attachment too large, or bandwidth limit reached");
  return checked(Number(headers["priority"]), headers["x-sequence-id"] ?? "x");
}

function checked(priority: unknown, sequence: unknown): Said {
  if (![1, 2, 3, 4, 5].includes(Number(priority))) return no(400, 40007, "invalid priority parameter");
  if (!/^[-_A-Za-z0-9]{1,64}$/.test(String(sequence)))
    return no(400, 40049, "invalid request: sequence ID invalid");
  return { status: 200, body: JSON.stringify({ id: "hwQ2YpKdmg", time: 1767366240, event: "message" }) };
}

/** An error in ntfy's shape. */
export function no(status: number, code: number, error: string): Said {
  return { status, body: JSON.stringify({ code, http: status, error }) };
}
