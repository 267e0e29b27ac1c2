import { z } from "zod";
import {
  defineAdapter,
  type Adapter,
  type AdapterTraits,
  type SendReceipt,
  type Sink,
} from "../../adapter/contract.ts";
import type { TextTraits } from "../../adapter/notice.ts";
import type { Source, SourceDelivery } from "../../adapter/source.ts";
import { systemClock } from "../../clock.ts";
import { FleetError } from "../../errors/fleet-error.ts";
import type { FleetEvent } from "../../event/event.ts";
import { spokenText, type AdapterHarness, type Arrival, type FarSide } from "./case.ts";

/** A far side in memory. */
export interface Post {
  readonly arrivals: Arrival[];
  mode: "open" | "stalled" | "gone";
  /** What was said to it and neither taken nor refused for good, oldest first. */
  readonly spoken: number[];
}

/** The config of the reference adapter. */
export const postConfig = z.strictObject({
  post: z.int().describe("Which post it sends to."),
  token: z.string().default("").describe("What the post wants to see.").meta({ secret: true }),
});
/** What it parses to. */
export type PostConfig = z.infer<typeof postConfig>;
/** What the reference declares. */
export const postTraits: AdapterTraits = {
  idempotent: true,
  ordered: false,
  maxBytes: 100,
  proves: "accepted",
};

/** How much of a notice the reference takes. */
export const postText: TextTraits = {
  ...{ maxTitle: 40, maxText: 60, unit: "characters", overflow: ["truncate"] },
  escape: (value) => value,
};

/** The reference: an adapter as it should be, in the fewest lines, with its far sides. */
export interface Reference {
  readonly adapter: Adapter<PostConfig>;
  readonly harness: AdapterHarness;
  post(config: PostConfig): Post;
}

/** A reference with posts of its own. */
export function postAdapter(): Reference {
  const posts: Post[] = [];
  const post = ({ post: at }: PostConfig) => posts[at] ?? postIn("gone");
  const start = async () => farSide(posts.push(postIn("open")) - 1, posts);
  const adapter = defineAdapter<PostConfig>({
    spec: {
      type: "post",
      summary: "Puts events into a post box in memory.",
      config: postConfig,
      examples: [{ title: "The first box", config: { post: 1 } }],
      traits: postTraits,
      text: postText,
      on: ["turn.stopped"],
      source: { vouches: "signature", isExclusive: false },
    },
    open: (config) => ({ sink: postSink(post(config)), source: postSource(post(config)) }),
  });
  return { adapter, post, harness: { can: ["foreignEvent", "stall", "leave", "speak", "keeps"], start } };
}

/** The reference's sink. */
export function postSink(post: Post): Sink {
  const closing = new AbortController();
  let isOpen = false;
  return {
    connect: async (signal) => {
      signal.throwIfAborted();
      isOpen = true;
    },
    send: async (event, signal, notice) => {
      if (!isOpen || post.mode === "gone")
        throw new FleetError("unavailable", "posting: the box is not there");
      signal.throwIfAborted();
      if (event.kind !== "turn.stopped")
        throw new FleetError("malformed", `posting ${event.kind}: no such kind`);
      if (notice.text.length > postText.maxText)
        throw new FleetError("too_large", `posting ${event.id}: ${notice.text.length} characters`);
      if (post.mode === "stalled") await hang(AbortSignal.any([signal, closing.signal]));
      return put(post, event);
    },
    close: async () => {
      isOpen = false;
      closing.abort();
    },
  };
}

/** Puts one event into the post, shortened, once. */
export async function put(post: Post, event: FleetEvent): Promise<SendReceipt> {
  await new Promise((resolve) => setTimeout(resolve, 1));
  const bytes = Math.min(postTraits.maxBytes ?? 0, JSON.stringify(event.data).length);
  if (!post.arrivals.some(({ eventId }) => eventId === event.id))
    post.arrivals.push({ eventId: event.id, bytes });
  return { providerId: event.id };
}

/** Until the signal aborts. */
export function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** The reference's source. */
export function postSource(post: Post): Source {
  return {
    connect: async (signal) => signal.throwIfAborted(),
    receive: async function* (signal) {
      for (;;) {
        const n = await nextOf(post, signal);
        const settling = new AbortController();
        yield deliveryOf(post, n, settling);
        await hang(AbortSignal.any([signal, settling.signal])).catch(() => signal.throwIfAborted());
      }
    },
    close: async () => undefined,
  };
}

/** What was said `n`-th: it stays in the post until it is settled for good. */
export function deliveryOf(post: Post, n: number, settling: AbortController): SourceDelivery {
  const take = () => void post.spoken.splice(post.spoken.indexOf(n), 1);
  return {
    id: `said${n}`,
    said: { type: "text", text: spokenText(n) },
    ack: async () => {
      take();
      settling.abort();
      return {};
    },
    nak: async ({ isRetryable, details }) => {
      if (!isRetryable) take();
      setTimeout(() => settling.abort(), Number(details["retryAfterMs"] ?? 0));
    },
  };
}

async function nextOf(post: Post, signal: AbortSignal): Promise<number> {
  for (;;) {
    if (post.mode === "gone") throw new FleetError("unavailable", "listening: the box is not there");
    const [first] = post.spoken;
    if (first !== undefined) return first;
    await systemClock.sleep(2, signal);
  }
}

function postIn(mode: Post["mode"]): Post {
  return { arrivals: [], spoken: [], mode };
}

function farSide(at: number, posts: readonly Post[]): FarSide {
  const post = posts[at] ?? postIn("gone");
  return {
    config: { post: at },
    event: (n) => eventOf(n),
    arrivals: async () => [...post.arrivals],
    largeEvent: (bytes) => eventOf(9, { data: { text: "x".repeat(bytes) } }),
    foreignEvent: () => eventOf(9, { kind: "wake.none" }),
    stall: async () => void (post.mode = "stalled"),
    leave: async () => void (post.mode = "gone"),
    speak: async (n) => void post.spoken.push(n),
    close: async () => undefined,
  };
}

function eventOf(n: number, change: Partial<FleetEvent> = {}): FleetEvent {
  const from = { machine: "lab", session: "web" };
  const base = {
    id: `event${n}`,
    kind: "turn.stopped",
    from,
    time: "2026-01-01T00:00:00Z",
    data: { text: "done" },
  };
  return { ...base, origin: "agent", ...change };
}
