import type { ConsumerShape } from "../../bus/layout.ts";
import { subjectsOf } from "../../subjects/grammar.ts";
import {
  api,
  deepEqual,
  equal,
  eventually,
  fetchAll,
  fetchNow,
  fetchSoon,
  inbox,
  note,
  publishAll,
  rejectsWith,
  textsOf,
  web,
  type BusCase,
} from "./case.ts";

const abc = ["a", "b", "c"];

/** Rules of durable consumers that are fetched from. */
export const fetchCases: readonly BusCase[] = [
  {
    name: "a fetch gives what is there at once, at most what was asked for, in order",
    run: async (harness) => {
      const { bus } = harness;
      const consumer = await bus.consumer(inbox(bus));
      deepEqual(await fetchNow(consumer), []);
      await publishAll(bus, abc);
      deepEqual(textsOf(await fetchAll(harness, consumer, 2)), ["a", "b"]);
      deepEqual(textsOf(await fetchNow(consumer, 2)), ["c"]);
      deepEqual(await fetchNow(consumer, 2), []);
    },
  },
  {
    name: "a delivery says where it is stored and which one it is",
    run: async (harness) => {
      const { bus } = harness;
      const consumer = await bus.consumer(inbox(bus));
      await publishAll(bus, ["a"]);
      const [delivery] = await fetchAll(harness, consumer, 1);
      const stored = await bus.get("INBOX", 1);
      deepEqual([delivery?.seq, delivery?.deliveries, delivery?.subject], [1, 1, stored?.subject]);
      deepEqual([delivery?.time, delivery?.headers], [stored?.time, stored?.headers]);
    },
  },
  {
    name: "a fetch that waits gives the first that comes",
    run: async (harness) => {
      const { bus } = harness;
      const consumer = await bus.consumer(inbox(bus));
      const waiting = consumer.fetch({ max: 10, waitMs: 20_000 });
      await publishAll(bus, ["a"]);
      deepEqual(textsOf(await waiting), ["a"]);
    },
  },
  {
    name: "a fetch that waits in vain ends after its time with nothing",
    run: async (harness) => {
      const consumer = await harness.bus.consumer(inbox(harness.bus));
      let got: readonly unknown[] | undefined;
      const waiting = consumer.fetch({ max: 10, waitMs: 300 }).then((deliveries) => (got = deliveries));
      await eventually(harness, async () => got);
      deepEqual(await waiting, []);
    },
  },
  {
    name: "a fetch whose signal aborts ends with nothing, and takes nothing away",
    run: async ({ bus }) => {
      const consumer = await bus.consumer(inbox(bus, { ackWaitMs: 60_000 }));
      const controller = new AbortController();
      const waiting = consumer.fetch({ max: 10, waitMs: 60_000, signal: controller.signal });
      controller.abort();
      deepEqual(await waiting, []);
      await publishAll(bus, ["a"]);
      deepEqual(textsOf(await consumer.fetch({ max: 10, waitMs: 5000 })), ["a"]);
    },
  },
  {
    name: "a consumer begins at the start, at what is new, or at a sequence",
    run: async (harness) => {
      const { bus } = harness;
      await publishAll(bus, abc);
      const make = (change: Partial<ConsumerShape>) =>
        bus.consumer(inbox(bus, { ackWaitMs: 60_000, ...change }));
      const all = await make({ name: "all" });
      const fresh = await make({ name: "new", from: "new" });
      const second = await make({ name: "second", from: { seq: 2 } });
      await publishAll(bus, ["d"]);
      const fetches = [fetchAll(harness, all, 4), fetchAll(harness, fresh, 1), fetchAll(harness, second, 3)];
      const texts = (await Promise.all(fetches)).map(textsOf);
      deepEqual(texts, [["a", "b", "c", "d"], ["d"], ["b", "c", "d"]]);
    },
  },
  {
    name: "a consumer made again with the same shape goes on where it was",
    run: async (harness) => {
      const { bus, join } = harness;
      const other = await join();
      const shape = inbox(bus, { ackWaitMs: 60_000 });
      await publishAll(bus, abc);
      const [first] = await fetchAll(harness, await bus.consumer(shape), 1);
      await first?.ack();
      deepEqual(textsOf(await fetchAll(harness, await other.consumer(shape), 1)), ["b"]);
      const again = await bus.consumer({ ...shape, from: "new" });
      deepEqual(textsOf(await fetchAll(harness, again, 1)), ["c"]);
    },
  },
  {
    name: "a change of filters keeps the position: nothing comes twice, a cast ahead of it comes",
    run: async (harness) => {
      const { bus } = harness;
      const subjects = subjectsOf(bus.ns);
      const cast = (id: string) => bus.publish(note(bus, id, { subject: subjects.cast("all", api) }));
      const consumer = await bus.consumer(inbox(bus));
      await cast("cast-behind");
      await publishAll(bus, ["a"]);
      await (await fetchAll(harness, consumer, 1))[0]?.ack();
      await cast("cast-ahead");
      const wider = await bus.consumer(inbox(bus, { subjects: [subjects.inbox(web), subjects.cast("all")] }));
      deepEqual(textsOf(await fetchAll(harness, wider, 1)), ["cast-ahead"]);
      const [status] = await bus.consumers("INBOX");
      deepEqual(status?.subjects, [subjects.inbox(web), subjects.cast("all")]);
    },
  },
  {
    name: "an erased message is not delivered, not even again",
    run: async (harness) => {
      const { bus } = harness;
      const consumer = await bus.consumer(inbox(bus, { ackWaitMs: 60_000 }));
      await publishAll(bus, abc);
      const [first] = await fetchAll(harness, consumer, 1);
      await bus.erase("INBOX", 1);
      await bus.erase("INBOX", 2);
      await first?.nak();
      deepEqual(textsOf(await fetchSoon(harness, consumer)), ["c"]);
      deepEqual(await fetchNow(consumer), []);
    },
  },
  {
    name: "a removed consumer is gone, and fetching from it says so",
    run: async ({ bus }) => {
      const consumer = await bus.consumer(inbox(bus));
      equal(await bus.removeConsumer("INBOX", "lab=web"), true);
      equal(await bus.removeConsumer("INBOX", "lab=web"), false);
      await rejectsWith("not_found", () => fetchNow(consumer));
      deepEqual(await bus.consumers(), []);
    },
  },
];
