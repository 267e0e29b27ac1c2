import { digestDueAt, maxDigest, type Clock } from "@fleetbus/core";
import { everyFew } from "./beat.ts";
import { letGo, type Item } from "./item.ts";

const workingEveryMs = 15_000;

/** Collects what is sent as one: everything that comes within a window of the first. Nothing is acknowledged here. */
export interface Digests {
  add(item: Item): void;
  waiting(): number;
  /** Ends the window without sending: what waits is given back. Resolves when nothing is being sent any more. */
  close(): Promise<void>;
}

/** What a collector needs. `send` settles what it is given, and never rejects. */
export interface DigestDeps {
  readonly clock: Clock;
  readonly windowMs: number;
  /** With so many it goes at once; as many as a digest may have where absent. */
  readonly max?: number;
  send(items: readonly Item[]): Promise<void>;
}

/** An empty collector. */
export function digestsOf({ clock, windowMs, send, max = maxDigest }: DigestDeps): Digests {
  const closing = new AbortController();
  const sending = new Set<Promise<void>>();
  let items: Item[] = [];
  let flushNow = new AbortController();
  const flush = () => {
    const batch = items;
    items = [];
    flushNow = new AbortController();
    const work: Promise<void> = send(batch).finally(() => sending.delete(work));
    sending.add(work);
  };
  const window = async () => {
    const stopBeating = everyFew(workingEveryMs, clock, () =>
      Promise.all(items.map(({ delivery }) => delivery.working())),
    );
    const waitMs = digestDueAt({ firstMs: clock.now(), count: 1 }, windowMs) - clock.now();
    const either = AbortSignal.any([closing.signal, flushNow.signal]);
    await clock.sleep(waitMs, either).catch(() => undefined); // full, or closing
    stopBeating();
    if (!closing.signal.aborted) flush();
  };
  return {
    add: (item) => {
      if (items.some(({ event }) => event.id === item.event.id)) return; // delivered once more while it waits
      items.push(item);
      if (items.length === 1) void window();
      if (items.length >= max) flushNow.abort();
    },
    waiting: () => items.length,
    close: async () => {
      closing.abort();
      await Promise.all(items.map(({ delivery }) => letGo(delivery)));
      items = [];
      await Promise.all(sending);
    },
  };
}
