import { setTimeout as sleep } from "node:timers/promises";
import type { Said } from "../http/far-server.test.support.ts";

/** A message as the server keeps it. */
export interface Kept {
  readonly id: string;
  readonly message: string;
  readonly sequence_id?: string | undefined;
  readonly tags?: readonly string[] | undefined;
}

/** The topics of one server, with its cache. */
export interface Topics {
  add(topic: string, kept: Omit<Kept, "id"> & { readonly id?: string }): Kept;
  /** `GET /topic/json`: what there is (`poll`), or a stream that begins with an open event. */
  read(topic: string, query: URLSearchParams, gone: AbortSignal): Said;
}

/** None yet. */
export function topicsOf(): Topics {
  const topics = new Map<string, Kept[]>();
  const of = (topic: string) => topics.get(topic) ?? topics.set(topic, []).get(topic) ?? [];
  return {
    add: (topic, kept) => {
      const message = { id: `kept${String(of(topic).length + 1).padStart(8, "0")}`, ...kept };
      of(topic).push(message);
      return message;
    },
    read: (topic, query, gone) => {
      const all = of(topic);
      const asked = query.get("since");
      if (asked !== null && !/^(?:all|none|[a-z0-9]{12}|\d+)$/i.test(asked))
        return { status: 400, body: '{"code":40008,"http":400,"error":"invalid since parameter"}' };
      const since = sinceIn(all, asked);
      const headers = { "content-type": "application/x-ndjson; charset=utf-8" };
      if (query.get("poll") !== "1")
        return { status: 200, headers, stream: streamOf({ topic, all, since, gone }) };
      const tag = query.get("tags");
      const found = all.slice(since).filter(({ tags }) => tag === null || tags?.includes(tag));
      return { status: 200, headers, body: found.map((one) => lineOf(topic, one)).join("") };
    },
  };
}

/** From which message on: an id that is not known means all there is; no time is before any of them. */
function sinceIn(all: readonly Kept[], since: string | null): number {
  if (since === null || since === "none" || /^\d{1,11}$/.test(since)) return all.length;
  return since === "all" ? 0 : all.findIndex(({ id }) => id === since) + 1;
}

interface Reading {
  readonly topic: string;
  readonly all: readonly Kept[];
  readonly since: number;
  readonly gone: AbortSignal;
}

async function* streamOf({ topic, all, since, gone }: Reading): AsyncGenerator<string> {
  yield lineOf(topic, { id: "open1", event: "open" });
  yield lineOf(topic, { id: "alive1", event: "keepalive" });
  for (let at = since; !gone.aborted;) {
    if (at < all.length) yield lineOf(topic, { ...all[at++] });
    else await sleep(2);
  }
}

function lineOf(topic: string, fields: object): string {
  return `${JSON.stringify({ time: 1767366240, event: "message", topic, ...fields })}\n`;
}
