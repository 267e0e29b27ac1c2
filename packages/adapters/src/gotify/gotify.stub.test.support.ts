import { z } from "zod";
import type { Received, Said } from "../http/far-server.test.support.ts";

const messageSchema = z.object({
  message: z.string().min(1),
  title: z.string().optional(),
  priority: z.int().optional(),
  extras: z.record(z.string().regex(/::/), z.record(z.string(), z.unknown())).optional(),
});

/** A Gotify server with one application, in the shapes of its API description (2.6). */
export function gotifyServer(token: string): (request: Received) => Said {
  const taken: number[] = [];
  return ({ method, path, headers, body }) => {
    if (path !== "/message") return no(404, "Not Found", "page not found");
    if (method !== "POST") return no(405, "Method Not Allowed", "method not allowed");
    if (headers["x-gotify-key"] !== token)
      return no(
        ...([401, "Unauthorized"] as const),
        "you need to provide a valid access token or user credentials to access this api",
      );
    if (!headers["content-type"]?.startsWith("application/json"))
      return no(400, "Bad Request", "Field 'message' is required");
    const message = messageSchema.safeParse(JSON.parse(body));
    if (!message.success) return no(400, "Bad Request", "Field 'message' is required");
    taken.push(taken.length + 1);
    const { title = "fleet", message: text, priority = 0 } = message.data;
    const stored = { id: taken.length, appid: 3, message: text, title, priority };
    return { status: 200, body: JSON.stringify({ ...stored, date: "2026-01-02T15:04:00Z" }) };
  };
}

/** An error in Gotify's shape. */
export function no(status: number, error: string, errorDescription: string): Said {
  return { status, body: JSON.stringify({ error, errorCode: status, errorDescription }) };
}
