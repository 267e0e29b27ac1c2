import { describe, expect, test } from "vitest";
import type { Bucket, Consumer, Delivery } from "../bus/port.ts";
import { busCases, runBusCase } from "./bus-conformance.ts";
import type { MemoryBus } from "./memory-bus.ts";
import { memorySubject } from "./memory-subject.ts";

type Break = (bus: MemoryBus) => Partial<MemoryBus>;

/** One broken rule each, and a case that has to catch it. */
const broken: readonly (readonly [what: string, caughtBy: string, breakIt: Break])[] = [
  [
    "that keeps only the start of an object",
    "an object that was never stored is undefined, a stored one comes back byte by byte to anybody",
    (bus) => ({
      objects: async (name) => {
        const objects = await bus.objects(name);
        return { ...objects, put: (key, data) => objects.put(key, startOf(data)) };
      },
    }),
  ],
  [
    "that stores a duplicate again",
    "the same dedupe id again is a duplicate that names the first one's sequence and stores nothing",
    (bus) => ({
      publish: async (message) => {
        const stored = await bus.publish(message);
        if (!stored.isDuplicate) return stored;
        return bus.publish({ ...message, dedupeId: `${message.dedupeId}-again` });
      },
    }),
  ],
  [
    "that says a duplicate is new",
    "the same dedupe id again is a duplicate that names the first one's sequence and stores nothing",
    (bus) => ({ publish: async (message) => ({ ...(await bus.publish(message)), isDuplicate: false }) }),
  ],
  [
    "that keeps what was to expire",
    "a message with a time to live is gone after it, another stays",
    (bus) => ({ publish: ({ ttlMs: _ignored, ...message }) => bus.publish(message) }),
  ],
  [
    "that reads past its filters",
    "a read gives only what lies in its filters, wildcards included",
    (bus) => ({ read: (stream, options) => bus.read(stream, { ...options, subjects: [] }) }),
  ],
  [
    "that reads the start again after an outage",
    "a read goes on through outages, each message once and in order",
    (bus) => ({
      read: async function* (stream, options) {
        yield* bus.read(stream, { ...options, untilCaughtUp: true });
        yield* bus.read(stream, options);
      },
    }),
  ],
  [
    "that loses what it reads while it follows",
    "a read that follows gives what is stored later, and ends quietly when its signal aborts",
    (bus) => ({ read: (stream, options) => bus.read(stream, { ...options, untilCaughtUp: true }) }),
  ],
  [
    "whose acknowledgement does nothing",
    "an acknowledged delivery does not come back",
    consuming((delivery) => ({ ...delivery, ack: async () => undefined })),
  ],
  [
    "that acknowledges what is given back",
    "a delivery given back comes back at once, or after the time that was named",
    consuming((delivery) => ({ ...delivery, nak: () => delivery.ack() })),
  ],
  [
    "that counts no redeliveries",
    "an unacknowledged delivery comes back after the wait, counted, and not before",
    consuming((delivery) => ({ ...delivery, deliveries: 1 })),
  ],
  [
    "that does not restart the wait",
    "a delivery that is worked on stays away for another wait",
    consuming((delivery) => ({ ...delivery, working: async () => undefined })),
  ],
  [
    "that begins again when filters change",
    "a change of filters keeps the position: nothing comes twice, a cast ahead of it comes",
    (bus) => ({
      consumer: async (shape) => {
        await bus.removeConsumer(shape.stream, shape.name);
        return bus.consumer(shape);
      },
    }),
  ],
  [
    "that settles nothing from elsewhere",
    "a delivery is settled by its ack subject, from another connection too",
    () => ({ settle: async () => undefined }),
  ],
  [
    "that does not remove consumers",
    "a removed consumer is gone, and fetching from it says so",
    () => ({ removeConsumer: async () => true }),
  ],
  [
    "that does not pause",
    "a paused consumer gives nothing until its time, or until it is let go on",
    () => ({ pauseConsumer: async () => undefined }),
  ],
  [
    "whose buckets know no revisions",
    "a write with the current revision wins, with a stale one it conflicts",
    keeping((bucket) => ({
      ...bucket,
      put: (key, value, { revision: _revision, ...options } = {}) => bucket.put(key, value, options),
    })),
  ],
  [
    "whose keys do not expire",
    "a key with a time to live is gone after it, and can be created again",
    keeping((bucket) => ({
      ...bucket,
      put: (key, value, { ttlMs: _ttlMs, ...options } = {}) => bucket.put(key, value, options),
    })),
  ],
  [
    "whose renewals drop the time to live",
    "a key that is renewed in time lives on, with a new revision each time",
    keeping((bucket) => ({
      ...bucket,
      put: (key, value, { ttlMs, ...options } = {}) =>
        bucket.put(
          key,
          value,
          options.revision === 0 && ttlMs !== undefined ? { ...options, ttlMs } : options,
        ),
    })),
  ],
  [
    "whose removed keys stay",
    "a removed key is gone, can be created again, and its old revision is stale",
    keeping((bucket) => ({ ...bucket, remove: async () => undefined })),
  ],
  [
    "that takes publishes while the server is away",
    "while the server is away every call is refused as unavailable, at once",
    (bus) => ({
      publish: async (message) =>
        bus.isConnected() ? bus.publish(message) : { stream: "INBOX", seq: 1, isDuplicate: false },
    }),
  ],
  [
    "that reports no connection changes",
    "listeners hear the server go and come back, until they leave",
    () => ({ onConnection: () => () => undefined }),
  ],
];

describe("the conformance suite catches a bus", () => {
  test.each(broken)("%s", async (_what, caughtBy, breakIt) => {
    const subject = memorySubject((bus) => ({ ...bus, ...breakIt(bus) }));
    const found = busCases.filter(({ name }) => name === caughtBy);
    expect(found).toHaveLength(1);
    await expect(Promise.all(found.map((one) => runBusCase(one, subject)))).rejects.toThrow(Error);
  });

  test("and lets the unbroken one pass the same cases", async () => {
    const names = new Set(broken.map(([, caughtBy]) => caughtBy));
    const cases = busCases.filter(({ name }) => names.has(name));
    const results = await Promise.allSettled(cases.map((one) => runBusCase(one, memorySubject())));
    expect(results.filter(({ status }) => status === "rejected")).toEqual([]);
    expect(results.length).toBeGreaterThan(15);
  });
});

function consuming(change: (delivery: Delivery) => Delivery): Break {
  return (bus) => ({
    consumer: async (shape): Promise<Consumer> => {
      const consumer = await bus.consumer(shape);
      return { ...consumer, fetch: async (options) => (await consumer.fetch(options)).map(change) };
    },
  });
}

function keeping(change: (bucket: Bucket) => Bucket): Break {
  return (bus) => ({ bucket: async (name) => change(await bus.bucket(name)) });
}

async function* startOf(data: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of data) return yield chunk;
}
