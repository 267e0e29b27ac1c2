import type { Consumer, Delivery } from "@fleetbus/core/bus";

/** What is consumed, and what is done with each delivery. */
export interface Feed {
  readonly consumer: Consumer;
  /** Never rejects. */
  take(delivery: Delivery, signal: AbortSignal): Promise<void>;
}

/** How an instance is fed. */
export interface Feeding {
  /** Deliveries in hand at once. */
  readonly overlap: number;
  /** All that is in hand, for whoever waits for its end. */
  readonly sending: Set<Promise<void>>;
}

/** Takes from all feeds till the signal aborts; rejects where one of them breaks, and then has left all. */
export async function runFeeds(feeds: readonly Feed[], feeding: Feeding, signal: AbortSignal): Promise<void> {
  const leaving = new AbortController();
  const ends = AbortSignal.any([signal, leaving.signal]);
  const running = feeds.map((feed) => run(feed, feeding, { ends, signal }));
  await Promise.all(running).catch(async (error: unknown) => {
    leaving.abort();
    await Promise.allSettled(running);
    throw error;
  });
}

/** `signal` ends what is being sent too, `ends` only the stream. */
async function run(
  { consumer, take }: Feed,
  { overlap, sending }: Feeding,
  { ends, signal }: { readonly ends: AbortSignal; readonly signal: AbortSignal },
): Promise<void> {
  const own = new Set<Promise<void>>();
  for await (const delivery of consumer.consume(ends)) {
    const work: Promise<void> = take(delivery, signal).finally(() => {
      own.delete(work);
      sending.delete(work);
    });
    own.add(work);
    sending.add(work);
    if (own.size >= overlap) await Promise.race(own);
  }
}
