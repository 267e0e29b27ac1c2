import { z } from "zod";
import { get } from "./get.ts";

const messageSchema = z.object({
  id: z.string(),
  event: z.string(),
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

/** Subscribes by the JSON stream; resolves when the server says that it is open. */
export async function subscribe(url: string, topic: string, token: string): Promise<Subscription> {
  const closing = new AbortController();
  const headers = { authorization: `Bearer ${token}` };
  const response = await get(`${url}/${topic}/json`, { headers, signal: closing.signal });
  if (response.statusCode !== 200) throw new Error(`subscribing to ${topic}: ${response.statusCode}`);
  const events = messagesIn(response.setEncoding("utf8"));
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

async function* messagesIn(body: AsyncIterable<string>): AsyncGenerator<NtfyMessage, void> {
  let rest = "";
  for await (const chunk of body) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines.filter((each) => each !== "")) {
      const message = messageSchema.parse(JSON.parse(line));
      if (message.event !== "keepalive") yield message;
    }
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
