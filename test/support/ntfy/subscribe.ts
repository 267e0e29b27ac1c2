import { z } from "zod";
import { get } from "./get.ts";

const messageSchema = z.object({
  id: z.string(),
  event: z.string(),
  time: z.int(),
  sequence_id: z.string().optional(),
  title: z.string().optional(),
  message: z.string().optional(),
  priority: z.int().optional(),
  tags: z.array(z.string()).optional(),
  click: z.string().optional(),
  actions: z.array(z.looseObject({ action: z.string(), label: z.string(), url: z.string() })).optional(),
  attachment: z.looseObject({ name: z.string(), size: z.int().optional(), url: z.string() }).optional(),
});

/** A message as a subscriber gets it. */
export type NtfyMessage = z.infer<typeof messageSchema>;

/** A subscription to a topic, as a phone has it. */
export interface Subscription {
  /** The next message; rejects when none comes in time. */
  next(): Promise<NtfyMessage>;
  close(): Promise<void>;
}

/** Subscribes by the JSON stream; resolves when the server says that it is open. One that is cut goes on, as a phone's does. */
export async function subscribe(url: string, topic: string, token: string): Promise<Subscription> {
  const closing = new AbortController();
  const stream = { url: `${url}/${topic}/json`, token, signal: closing.signal };
  const events = messagesIn(stream);
  const take = () => within(events);
  const opened = await take();
  if (opened.event !== "open") throw new Error(`subscribing to ${topic}: ${opened.event}`);
  return {
    next: take,
    close: async () => {
      closing.abort();
      await events.return(undefined).catch(() => undefined); // that it was aborted is known
    },
  };
}

interface Stream {
  readonly url: string;
  readonly token: string;
  readonly signal: AbortSignal;
}

/** Of the streams after the first one only what is new. */
async function* messagesIn(stream: Stream): AsyncGenerator<NtfyMessage, void> {
  const known: Known = { since: undefined };
  while (!stream.signal.aborted) {
    try {
      yield* newsIn(stream, known);
    } catch (error) {
      if (stream.signal.aborted || !isCut(error)) throw error;
      process.stderr.write(
        `ntfy cut its stream: ${error.message}; it goes on after ${known.since ?? "nothing"}\n`,
      );
    }
  }
}

/** The last message's id, or when the stream was opened. */
interface Known {
  since: string | undefined;
}

async function* newsIn(stream: Stream, known: Known): AsyncGenerator<NtfyMessage, void> {
  for await (const message of messagesSince(stream, known.since)) {
    const isFirst = known.since === undefined;
    known.since = message.event === "message" ? message.id : (known.since ?? String(message.time));
    if (message.event === "message" || isFirst) yield message;
  }
}

function isCut(error: unknown): error is Error {
  return error instanceof Error && "code" in error && error.code === "ECONNRESET";
}

async function* messagesSince({ url, token, signal }: Stream, last?: string): AsyncGenerator<NtfyMessage> {
  const headers = { authorization: `Bearer ${token}` };
  const since = last === undefined ? "" : `?since=${last}`;
  const response = await get(`${url}${since}`, { headers, signal });
  if (response.statusCode !== 200) throw new Error(`subscribing to ${url}: ${response.statusCode}`);
  let rest = "";
  for await (const chunk of response.setEncoding("utf8")) {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines.filter((each) => each !== "")) yield messageSchema.parse(JSON.parse(line));
  }
}

async function within(events: AsyncGenerator<NtfyMessage, void>): Promise<NtfyMessage> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("ntfy's stream: no message in 15 s")), 15_000);
  });
  try {
    const { value } = await Promise.race([events.next(), late]);
    if (value === undefined) throw new Error("ntfy's stream ended");
    return value;
  } finally {
    clearTimeout(timer);
  }
}
