import { z } from "zod";
import type { Judge, Received, Said } from "../http/far-server.test.support.ts";
import { topicsOf, type Topics } from "./topics.test.support.ts";

const maxMessageBytes = 4095;
const maxJsonBytes = 8192;

/**
 * An ntfy server as 2.27 answers, with one token and one topic, and one that anybody may write to:
 * e2e/adapters/ntfy.test.ts holds the real one against the adapter.
 */
export function ntfyServer({ token, topic, reply_topic: replies }: Account, topics = topicsOf()): Judge {
  return (request, gone) => {
    const { authorization = "" } = request.headers;
    if (request.method === "POST" && request.path === `/${replies}`)
      return { status: 200, body: JSON.stringify(topics.add(replies, { message: request.body })) };
    if (authorization === "") return no(403, 40301, "forbidden");
    if (authorization !== `Bearer ${token}`) return no(401, 40101, "unauthorized");
    const { pathname, searchParams } = new URL(request.path, "http://ntfy");
    const [, name = "", isRead] = /^\/(\w+)(\/json)?$/.exec(pathname) ?? [];
    if (request.method === "GET" && isRead !== undefined) return topics.read(name, searchParams, gone);
    const isJson = request.method === "POST" && request.path === "/";
    return isJson ? publishJson(request, topic, topics) : publish(request, topic);
  };
}

/** Whose server it is. */
export interface Account {
  readonly token: string;
  readonly topic: string;
  readonly reply_topic: string;
}

const posted = z.looseObject({
  topic: z.string(),
  message: z.string(),
  tags: z.array(z.string()).optional(),
  sequence_id: z.string().optional(),
  actions: z.array(z.unknown()).max(3).optional(),
});

function publishJson({ body }: Received, topic: string, topics: Topics): Said {
  if (Buffer.byteLength(body) > maxJsonBytes) return no(413, 41303, "JSON body too large");
  const read = posted.safeParse(JSON.parse(body));
  if (!read.success) return no(400, 40018, "invalid request: actions invalid; only 3 actions allowed");
  const { message, tags, sequence_id: sequence } = read.data;
  if (read.data.topic !== topic) return no(403, 40301, "forbidden");
  if (Buffer.byteLength(message) > maxMessageBytes) return no(500, 50001, "internal server error");
  const said = checked(read.data["priority"], sequence ?? "x");
  if (said.status === 200) topics.add(topic, { message, tags, sequence_id: sequence });
  return said;
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
