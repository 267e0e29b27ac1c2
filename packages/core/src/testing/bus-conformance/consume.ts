import type { Consumer, Delivery } from "../../bus/port.ts";
import {
  deepEqual,
  equal,
  eventually,
  inbox,
  note,
  publishAll,
  takeFrom,
  textsOf,
  type BusCase,
} from "./case.ts";

/** Rules of deliveries that come by themselves. */
export const consumeCases: readonly BusCase[] = [
  {
    name: "consuming gives what is there and what comes, each once, until its signal aborts",
    run: async ({ bus }) => {
      const consumer = await bus.consumer(inbox(bus, { ackWaitMs: 60_000 }));
      await publishAll(bus, ["a", "b"]);
      const controller = new AbortController();
      const seen: string[] = [];
      for await (const delivery of consumer.consume(controller.signal)) {
        seen.push(...textsOf([delivery]));
        await delivery.ack();
        if (seen.length === 2) await publishAll(bus, ["c"]);
        if (seen.length === 3) controller.abort();
      }
      deepEqual(seen, ["a", "b", "c"]);
      deepEqual(
        (await bus.consumers()).map(({ ackPending, pending }) => [ackPending, pending]),
        [[0, 0]],
      );
    },
  },
  {
    name: "a consumer that goes when nobody pulls stays while somebody does, and while its time may be changed",
    run: async (harness) => {
      const { bus } = harness;
      const names = ["pulled", "left", "kept"];
      for (const name of names) await bus.consumer(inbox(bus, { name, goneAfterMs: 1500 }));
      const pulled = await bus.consumer(inbox(bus, { name: "pulled", goneAfterMs: 1500 }));
      const taking = takeFrom(acked(pulled), 1);
      await bus.consumer(inbox(bus, { name: "kept", goneAfterMs: 60_000 }));
      const standing = async () => (await bus.consumers("INBOX")).map(({ name }) => name).toSorted();
      await eventually(harness, async () => ((await standing()).includes("left") ? undefined : true));
      deepEqual(await standing(), ["kept", "pulled"]);
      await publishAll(bus, ["a"]);
      deepEqual(textsOf(await taking), ["a"]);
    },
  },
  {
    name: "consuming a long backlog leaves nothing out and gives nothing twice",
    run: async ({ bus }) => {
      const ids = Array.from({ length: 300 }, (_, index) => `n${index}`);
      await Promise.all(ids.map((id) => bus.publish(note(bus, id))));
      const consumer = await bus.consumer(inbox(bus, { ackWaitMs: 60_000 }));
      const seen = await takeFrom(acked(consumer), 300);
      deepEqual(textsOf(seen).toSorted(), ids.toSorted());
      equal(
        seen.every(({ deliveries }) => deliveries === 1),
        true,
      );
    },
  },
  {
    name: "consuming wakes for what was given back and for what was never acknowledged",
    run: async (harness) => {
      const { bus } = harness;
      const consumer = await bus.consumer(inbox(bus));
      await publishAll(bus, ["a", "b"]);
      const seen: string[] = [];
      const controller = new AbortController();
      const consuming = (async () => {
        for await (const delivery of consumer.consume(controller.signal)) {
          seen.push(`${textsOf([delivery]).join()}${delivery.deliveries}`);
          if (delivery.deliveries === 2) await delivery.ack();
          else if (delivery.seq === 1) await delivery.nak();
        }
      })();
      await eventually(harness, async () => (seen.length === 4 ? seen : undefined));
      controller.abort();
      await consuming;
      deepEqual(seen.toSorted(), ["a1", "a2", "b1", "b2"]);
    },
  },
  {
    name: "who consumes slowly is given nothing twice, however short the wait",
    run: async (harness) => {
      const { bus } = harness;
      const ids = ["a", "b", "c", "d", "e", "f"];
      await publishAll(bus, ids);
      const consumer = await bus.consumer(inbox(bus, { ackWaitMs: 1000 }));
      const seen: string[] = [];
      for await (const delivery of consumer.consume(new AbortController().signal)) {
        await harness.passTime(400);
        seen.push(`${textsOf([delivery]).join()}${delivery.deliveries}`);
        await delivery.ack();
        if (seen.length === ids.length) break;
      }
      deepEqual(
        seen,
        ids.map((id) => `${id}1`),
      );
      equal((await bus.consumers())[0]?.ackPending, 0);
    },
  },
  {
    name: "who stops consuming holds only what it took: the rest is there for another at once",
    run: async ({ bus, join }) => {
      const other = await join();
      const shape = inbox(bus, { ackWaitMs: 3_600_000 });
      await publishAll(bus, ["a", "b", "c", "d"]);
      const taken = await takeFrom((await bus.consumer(shape)).consume(new AbortController().signal), 1);
      deepEqual(textsOf(taken), ["a"]);
      const consumer = await other.consumer(shape);
      const seen: Delivery[] = [];
      while (seen.length < 3) seen.push(...(await consumer.fetch({ max: 10, waitMs: 5000 })));
      deepEqual(textsOf(seen).toSorted(), ["b", "c", "d"]);
    },
  },
  {
    name: "two who consume the same share it",
    run: async ({ bus, join }) => {
      const other = await join();
      const shape = inbox(bus, { ackWaitMs: 60_000 });
      const ids = Array.from({ length: 20 }, (_, index) => `n${index}`);
      const controller = new AbortController();
      const seen: string[] = [];
      const work = async (consumer: Consumer) => {
        for await (const delivery of consumer.consume(controller.signal)) {
          await delivery.ack();
          seen.push(...textsOf([delivery]));
          if (seen.length === ids.length) controller.abort();
        }
      };
      const working = Promise.all([work(await bus.consumer(shape)), work(await other.consumer(shape))]);
      await publishAll(bus, ids);
      await working;
      deepEqual(seen.toSorted(), ids.toSorted());
    },
  },
  {
    name: "consuming ends quietly when this bus removes the consumer",
    run: async ({ bus }) => {
      const consumer = await bus.consumer(inbox(bus));
      await publishAll(bus, ["a"]);
      const seen: string[] = [];
      for await (const delivery of consumer.consume(new AbortController().signal)) {
        seen.push(...textsOf([delivery]));
        await delivery.ack();
        await bus.removeConsumer("INBOX", "lab=web");
      }
      deepEqual(seen, ["a"]);
      deepEqual(await bus.consumers(), []);
    },
  },
  {
    name: "consuming makes the consumer again that another removed, and misses nothing",
    run: async (harness) => {
      const { bus, join } = harness;
      const other = await join();
      const consumer = await bus.consumer(inbox(bus, { from: "new", ackWaitMs: 60_000 }));
      const seen: string[] = [];
      const controller = new AbortController();
      const consuming = (async () => {
        for await (const delivery of consumer.consume(controller.signal)) {
          await delivery.ack();
          seen.push(...textsOf([delivery]));
        }
      })();
      await publishAll(bus, ["a", "b"]);
      await eventually(harness, async () => (seen.length === 2 ? true : undefined));
      await other.removeConsumer("INBOX", "lab=web");
      await publishAll(bus, ["c"]);
      await eventually(harness, async () => (seen.length === 3 ? true : undefined));
      controller.abort();
      await consuming;
      deepEqual(seen, ["a", "b", "c"]);
    },
  },
];

async function* acked(consumer: Consumer): AsyncGenerator<Delivery> {
  for await (const delivery of consumer.consume(new AbortController().signal)) {
    await delivery.ack();
    yield delivery;
  }
}
