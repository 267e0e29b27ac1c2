import {
  deepEqual,
  equal,
  eventually,
  fetchAll,
  fetchNow,
  fetchSoon,
  inbox,
  publishAll,
  textsOf,
  type BusCase,
} from "./case.ts";

const abc = ["a", "b", "c"];

/** Rules of deliveries that are not acknowledged. */
export const redeliveryCases: readonly BusCase[] = [
  {
    name: "an unacknowledged delivery comes back after the wait, counted, and not before",
    run: async (harness) => {
      const consumer = await harness.bus.consumer(inbox(harness.bus));
      await publishAll(harness.bus, ["a"]);
      equal((await fetchAll(harness, consumer, 1)).length, 1);
      deepEqual(await fetchNow(consumer), []);
      const [again] = await eventually(harness, () => some(fetchNow(consumer)));
      deepEqual([again?.seq, again?.deliveries], [1, 2]);
    },
  },
  {
    name: "an acknowledged delivery does not come back",
    run: async (harness) => {
      const consumer = await harness.bus.consumer(inbox(harness.bus));
      await publishAll(harness.bus, ["a", "b"]);
      const [first] = await fetchAll(harness, consumer, 2);
      await first?.ack();
      await first?.ack();
      const again = await eventually(harness, () => some(fetchNow(consumer)));
      deepEqual(textsOf(again), ["b"]);
    },
  },
  {
    name: "a delivery given back comes back at once, or after the time that was named",
    run: async (harness) => {
      const { bus } = harness;
      const consumer = await bus.consumer(inbox(bus, { ackWaitMs: 60_000 }));
      await publishAll(bus, ["a"]);
      const [first] = await fetchAll(harness, consumer, 1);
      await first?.nak();
      const [second] = await fetchSoon(harness, consumer);
      equal(second?.deliveries, 2);
      await second?.nak(1000);
      deepEqual(await fetchNow(consumer), []);
      const [third] = await eventually(harness, () => some(fetchNow(consumer)));
      equal(third?.deliveries, 3);
    },
  },
  {
    name: "a delivery that is worked on stays away for another wait",
    run: async (harness) => {
      const consumer = await harness.bus.consumer(inbox(harness.bus, { ackWaitMs: 1500 }));
      await publishAll(harness.bus, ["a"]);
      const [first] = await fetchAll(harness, consumer, 1);
      for (let round = 0; round < 3; round += 1) {
        await harness.passTime(800);
        await first?.working();
        deepEqual(await fetchNow(consumer), []);
      }
      equal((await eventually(harness, () => some(fetchNow(consumer)))).length, 1);
    },
  },
  {
    name: "a delivery is given up after the most attempts, and stays in the stream",
    run: async (harness) => {
      const { bus } = harness;
      const consumer = await bus.consumer(inbox(bus, { ackWaitMs: 60_000, maxDeliver: 2 }));
      await publishAll(bus, ["a"]);
      for (const deliveries of [1, 2]) {
        const [delivery] = await fetchSoon(harness, consumer, 1);
        equal(delivery?.deliveries, deliveries);
        await delivery?.nak();
      }
      await publishAll(bus, ["b"]);
      deepEqual(textsOf(await fetchSoon(harness, consumer)), ["b"]);
      equal((await bus.get("INBOX", 1)) === undefined, false);
    },
  },
  {
    name: "no more are given than may be unacknowledged, and the next when one is",
    run: async (harness) => {
      const { bus } = harness;
      const consumer = await bus.consumer(inbox(bus, { ackWaitMs: 60_000, maxAckPending: 2 }));
      await publishAll(bus, abc);
      const held = await fetchAll(harness, consumer, 2);
      deepEqual(textsOf(held), ["a", "b"]);
      deepEqual(await fetchNow(consumer), []);
      await held[0]?.ack();
      deepEqual(textsOf(await fetchSoon(harness, consumer)), ["c"]);
    },
  },
];

async function some<T>(work: Promise<readonly T[]>): Promise<readonly T[] | undefined> {
  const found = await work;
  return found.length === 0 ? undefined : found;
}
