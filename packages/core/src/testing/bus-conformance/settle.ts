import { subjectsOf } from "../../subjects/grammar.ts";
import {
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

/** Rules of answering deliveries from elsewhere, and of a consumer's numbers. */
export const settleCases: readonly BusCase[] = [
  {
    name: "a delivery is settled by its ack subject, from another connection too",
    run: async (harness) => {
      const { bus, join } = harness;
      const other = await join();
      const consumer = await bus.consumer(inbox(bus, { ackWaitMs: 60_000 }));
      await publishAll(bus, ["a", "b"]);
      const [first, second] = await fetchAll(harness, consumer, 2);
      await other.settle(first?.ackSubject ?? "", "ack");
      await other.settle(second?.ackSubject ?? "", "nak");
      const [again] = await fetchSoon(harness, consumer);
      deepEqual([again?.seq, again?.deliveries], [2, 2]);
      const [status] = await bus.consumers("INBOX");
      deepEqual([status?.ackPending, status?.ackFloor], [1, 1]);
    },
  },
  {
    name: "settling twice is settling once",
    run: async (harness) => {
      const { bus } = harness;
      const consumer = await bus.consumer(inbox(bus, { ackWaitMs: 60_000 }));
      await publishAll(bus, ["a"]);
      const [first] = await fetchAll(harness, consumer, 1);
      await bus.settle(first?.ackSubject ?? "", "ack");
      await bus.settle(first?.ackSubject ?? "", "nak");
      deepEqual(await fetchNow(consumer), []);
    },
  },
  {
    name: "settling what is no delivery, or for a consumer that is gone, says so",
    run: async (harness) => {
      const { bus } = harness;
      await rejectsWith("usage", () => bus.settle("fleet.main.inbox.lab.web", "ack"));
      const consumer = await bus.consumer(inbox(bus));
      await publishAll(bus, ["a"]);
      const [first] = await fetchAll(harness, consumer, 1);
      await bus.removeConsumer("INBOX", "lab=web");
      await rejectsWith("not_found", () => bus.settle(first?.ackSubject ?? "", "nak"));
      await rejectsWith("not_found", async () => first?.ack());
    },
  },
  {
    name: "what another connection took along is reclaimed at once, what this one holds is not",
    run: async (harness) => {
      const { bus, join } = harness;
      const dead = await join();
      const shape = inbox(bus, { ackWaitMs: 3_600_000 });
      const subjects = subjectsOf(bus.ns);
      await publishAll(bus, ["settled", "taken", "held", "left"]);
      await bus.publish(
        note(bus, "other", { subject: subjects.inbox({ machine: "lab", session: "other" }, web) }),
      );
      const [settled, , third] = await fetchAll(harness, await dead.consumer(shape), 3);
      await settled?.ack();
      await third?.nak();
      await dead.close();
      const consumer = await bus.consumer(shape);
      deepEqual(textsOf(await fetchSoon(harness, consumer, 1)), ["held"]);
      equal((await consumer.reclaim()) >= 1, true);
      const back = await fetchSoon(harness, consumer);
      deepEqual(textsOf(back).toSorted(), ["left", "taken"]);
      equal(back.find(({ seq }) => seq === 2)?.deliveries, 2);
      equal(await consumer.reclaim(), 0);
      deepEqual(await fetchNow(consumer), []);
    },
  },
  {
    name: "what could not be given back while the server was away is reclaimed afterwards",
    needs: "outage",
    run: async (harness) => {
      const { bus, outage } = harness;
      const shape = inbox(bus, { ackWaitMs: 3_600_000 });
      await publishAll(bus, ["given"]);
      const [given] = await fetchAll(harness, await bus.consumer(shape), 1);
      // A server that is killed right behind a delivery may have forgotten it, and then delivers it anew by itself.
      await harness.passTime(500);
      await outage?.begin();
      await rejectsWith("unavailable", async () => given?.nak());
      await outage?.end();
      await eventually(harness, async () => (bus.isConnected() ? true : undefined));
      const consumer = await eventually(harness, () => bus.consumer(shape).catch(() => undefined));
      await consumer.reclaim();
      deepEqual(textsOf(await fetchSoon(harness, consumer)), ["given"]);
    },
  },
  {
    name: "a consumer's numbers are those of its backlog, its leases and its redeliveries",
    run: async (harness) => {
      const { bus } = harness;
      const consumer = await bus.consumer(inbox(bus, { ackWaitMs: 60_000 }));
      await publishAll(bus, ["a", "b", "c", "d", "e"]);
      const [first, second] = await fetchAll(harness, consumer, 3);
      await first?.ack();
      await second?.nak();
      await fetchSoon(harness, consumer, 1);
      const [status] = await bus.consumers("INBOX");
      deepEqual(status, {
        stream: "INBOX",
        name: "lab=web",
        subjects: [subjectsOf(bus.ns).inbox(web)],
        pending: 2,
        ackPending: 2,
        redelivered: 1,
        lastDelivered: 3,
        ackFloor: 1,
        isPaused: false,
      });
    },
  },
  {
    name: "consumers are listed by stream or all, and streams with their numbers",
    run: async ({ bus }) => {
      await bus.consumer(inbox(bus));
      await bus.consumer(inbox(bus, { name: "other" }));
      await bus.consumer(
        inbox(bus, { stream: "EVENTS", name: "events", subjects: [subjectsOf(bus.ns).event({})] }),
      );
      await publishAll(bus, ["a", "b"]);
      deepEqual((await bus.consumers("INBOX")).map(({ name }) => name).toSorted(), ["lab=web", "other"]);
      deepEqual((await bus.consumers()).map(({ stream }) => stream).toSorted(), ["EVENTS", "INBOX", "INBOX"]);
      const streams = await bus.streams();
      const numbers = streams.map(({ name, messages, consumers, lastSeq }) => [
        name,
        messages,
        consumers,
        lastSeq,
      ]);
      deepEqual(numbers.slice(0, 2), [
        ["EVENTS", 0, 1, 0],
        ["INBOX", 2, 2, 2],
      ]);
      equal((streams[1]?.bytes ?? 0) > 0, true);
    },
  },
  {
    name: "a read leaves no consumer among the durable ones",
    run: async ({ bus }) => {
      await publishAll(bus, ["a"]);
      const { signal } = new AbortController();
      for await (const _ of bus.read("INBOX", { subjects: [`fleet.${bus.ns}.>`], from: "all", signal })) {
        deepEqual(await bus.consumers(), []);
        break;
      }
    },
  },
  {
    name: "a paused consumer gives nothing until its time, or until it is let go on",
    run: async (harness) => {
      const { bus } = harness;
      const consumer = await bus.consumer(inbox(bus, { ackWaitMs: 60_000 }));
      await publishAll(bus, ["a"]);
      const stored = await bus.get("INBOX", 1);
      await bus.pauseConsumer("INBOX", "lab=web", (stored?.time ?? 0) + 60_000);
      deepEqual(await fetchNow(consumer), []);
      deepEqual(
        (await bus.consumers()).map(({ isPaused }) => isPaused),
        [true],
      );
      await bus.pauseConsumer("INBOX", "lab=web", undefined);
      deepEqual(textsOf(await fetchSoon(harness, consumer, 1)), ["a"]);
      await publishAll(bus, ["b"]);
      const now = await bus.get("INBOX", 2);
      await bus.pauseConsumer("INBOX", "lab=web", (now?.time ?? 0) + 1000);
      const later = await eventually(harness, async () => (await fetchNow(consumer))[0]);
      deepEqual(textsOf([later]), ["b"]);
    },
  },
  {
    name: "pausing a consumer that is not there says so",
    run: ({ bus }) => rejectsWith("not_found", () => bus.pauseConsumer("INBOX", "nobody", undefined)),
  },
];
