import {
  deepEqual,
  equal,
  eventually,
  fetchAll,
  fetchNow,
  fetchSoon,
  inbox,
  nextOf,
  note,
  publishAll,
  rejectsWith,
  textsOf,
  type BusCase,
  type BusHarness,
} from "./case.ts";

/** Rules of a server that goes away and comes back, and of the end. */
export const connectionCases: readonly BusCase[] = [
  {
    name: "while the server is away every call is refused as unavailable, at once",
    needs: "outage",
    run: async (harness) => {
      const { bus, outage } = harness;
      const consumer = await bus.consumer(inbox(bus));
      const bucket = await bus.bucket("sessions");
      await outage?.begin();
      equal(bus.isConnected(), false);
      const calls: readonly (() => Promise<unknown>)[] = [
        () => bus.publish(note(bus, "a")),
        () => bus.get("INBOX", 1),
        () => bus.erase("INBOX", 1),
        () => bus.consumer(inbox(bus)),
        () => bus.consumers(),
        () => bus.streams(),
        () => fetchNow(consumer),
        () => bucket.put("k", new Uint8Array()),
        () => bucket.get("k"),
        () => bucket.entries(),
      ];
      for (const call of calls) await rejectsWith("unavailable", call);
      await outage?.end();
    },
  },
  {
    name: "listeners hear the server go and come back, until they leave",
    needs: "outage",
    run: async (harness) => {
      const { bus, outage } = harness;
      const heard: boolean[] = [];
      const off = bus.onConnection((isConnected) => heard.push(isConnected));
      await outage?.begin();
      await outage?.end();
      await connected(harness);
      deepEqual(heard, [false, true]);
      off();
      await outage?.begin();
      deepEqual(heard, [false, true]);
      await outage?.end();
    },
  },
  {
    name: "what was stored is there after an outage, dedupe ids, leases and keys included; what was acknowledged right before may come again",
    needs: "outage",
    run: async (harness) => {
      const { bus, outage } = harness;
      const consumer = await bus.consumer(inbox(bus, { ackWaitMs: 60_000 }));
      await publishAll(bus, ["a", "b"]);
      await (await fetchAll(harness, consumer, 1))[0]?.ack();
      const revision = await (await bus.bucket("sessions")).put("k", Uint8Array.of(7));
      await outage?.begin();
      await outage?.end();
      await connected(harness);
      deepEqual(await bus.publish(note(bus, "a")), { stream: "INBOX", seq: 1, isDuplicate: true });
      // A server that is killed right after it confirmed an acknowledgement may have lost that (NATS.md).
      const again = textsOf(await fetchSoon(harness, consumer));
      deepEqual(
        again.filter((text) => text !== "a"),
        ["b"],
      );
      equal(again.length <= 2, true);
      equal((await (await bus.bucket("sessions")).get("k"))?.revision, revision);
    },
  },
  {
    name: "a read goes on through outages, each message once and in order",
    needs: "outage",
    run: async (harness) => {
      const seen: string[] = [];
      const controller = new AbortController();
      const { bus } = harness;
      const reading = (async () => {
        const options = { subjects: [`fleet.${bus.ns}.>`], from: "all", signal: controller.signal } as const;
        for await (const message of bus.read("INBOX", options)) seen.push(...textsOf([message]));
      })();
      const ids = await throughOutages(harness, () => seen.length);
      controller.abort();
      await reading;
      deepEqual(seen, ids);
    },
  },
  {
    name: "a read of what is new that has seen nothing yet gives, after an outage, only what is new",
    needs: "outage",
    run: async (harness) => {
      const { bus, outage } = harness;
      await publishAll(bus, ["old"]);
      const { signal } = new AbortController();
      const reading = bus.read("INBOX", { subjects: [`fleet.${bus.ns}.>`], from: "new", signal });
      const iterator = reading[Symbol.asyncIterator]();
      const first = nextOf(iterator);
      await harness.passTime(200);
      await outage?.begin();
      await outage?.end();
      await connected(harness);
      await publishAll(bus, ["new"]);
      deepEqual(textsOf(await first), ["new"]);
      await iterator.return?.();
    },
  },
  {
    name: "consuming goes on through outages and misses nothing",
    needs: "outage",
    run: async (harness) => {
      const seen = new Set<string>();
      const controller = new AbortController();
      const { bus } = harness;
      const consumer = await bus.consumer(inbox(bus, { ackWaitMs: 2000 }));
      const consuming = (async () => {
        for await (const delivery of consumer.consume(controller.signal)) {
          for (const text of textsOf([delivery])) seen.add(text);
          // What the server did not hear of comes again.
          await delivery.ack().catch(() => undefined);
        }
      })();
      const ids = await throughOutages(harness, () => seen.size);
      controller.abort();
      await consuming;
      deepEqual([...seen].toSorted(), ids.toSorted());
    },
  },
  {
    name: "a closed bus refuses calls, ends what it was reading, and can be closed again",
    run: async ({ join }) => {
      const bus = await join();
      const { signal } = new AbortController();
      const consumer = await bus.consumer(inbox(bus));
      const endings = [
        drain(bus.read("INBOX", { subjects: [`fleet.${bus.ns}.>`], from: "all", signal })),
        drain(consumer.consume(signal)),
        consumer.fetch({ max: 1, waitMs: 60_000 }),
      ];
      await bus.close();
      deepEqual(await Promise.all(endings), [[], [], []]);
      equal(bus.isConnected(), false);
      await rejectsWith("unavailable", () => bus.publish(note(bus, "a")));
      await bus.close();
    },
  },
];

async function connected(harness: BusHarness): Promise<void> {
  await eventually(harness, async () => (harness.bus.isConnected() ? true : undefined));
}

/** Publishes in three rounds with an outage after each, and waits until all have arrived. */
async function throughOutages(harness: BusHarness, countArrived: () => number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    const next = Array.from({ length: 20 }, (_, index) => `r${round}n${index}`);
    await publishAll(harness.bus, next);
    ids.push(...next);
    await harness.outage?.begin();
    await harness.outage?.end();
    await connected(harness);
  }
  await eventually(harness, async () => (countArrived() >= ids.length ? true : undefined), 20_000);
  return ids;
}

async function drain(source: AsyncIterable<unknown>): Promise<readonly unknown[]> {
  const seen: unknown[] = [];
  for await (const one of source) seen.push(one);
  return seen;
}
