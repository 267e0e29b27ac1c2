import type { Bus, Incoming, ReadOptions } from "../../bus/port.ts";
import { subjectsOf } from "../../subjects/grammar.ts";
import {
  api,
  deepEqual,
  equal,
  nextOf,
  note,
  publishAll,
  takeFrom,
  textsOf,
  web,
  type BusCase,
} from "./case.ts";

const abc = ["a", "b", "c"];

/** Rules of reading a stream in order. */
export const readCases: readonly BusCase[] = [
  {
    name: "a read from the start gives everything in order and ends when it has caught up",
    run: async ({ bus }) => {
      await publishAll(bus, abc);
      const all = await readAll(bus);
      deepEqual(textsOf(all), abc);
      deepEqual(
        all.map(({ seq }) => seq),
        [1, 2, 3],
      );
    },
  },
  {
    name: "a read of more than fits into one answer of the server leaves nothing out",
    run: async ({ bus }) => {
      const ids = Array.from({ length: 600 }, (_, index) => `n${index}`);
      await Promise.all(ids.map((id) => bus.publish(note(bus, id))));
      deepEqual(textsOf(await readAll(bus)).toSorted(), ids.toSorted());
    },
  },
  {
    name: "a read that has nothing to catch up with ends at once",
    run: async ({ bus }) => {
      deepEqual(await readAll(bus), []);
      await publishAll(bus, ["a"]);
      deepEqual(await readAll(bus, { subjects: [subjectsOf(bus.ns).inbox(api)] }), []);
      deepEqual(await readAll(bus, { from: "new" }), []);
      deepEqual(await readAll(bus, { from: { seq: 2 } }), []);
    },
  },
  {
    name: "a read that catches up does not follow what is stored meanwhile",
    run: async ({ bus }) => {
      await publishAll(bus, ["a", "b"]);
      const seen: string[] = [];
      for await (const message of bus.read("INBOX", options(bus, { untilCaughtUp: true }))) {
        seen.push(...textsOf([message]));
        await bus.publish(note(bus, `${seen.length}`));
      }
      deepEqual(seen, ["a", "b"]);
    },
  },
  {
    name: "a read begins at a sequence or a time",
    run: async ({ bus }) => {
      await publishAll(bus, abc);
      deepEqual(textsOf(await readAll(bus, { from: { seq: 2 } })), ["b", "c"]);
      const third = await bus.get("INBOX", 3);
      const late = await readAll(bus, { from: { time: third?.time ?? 0 } });
      equal(textsOf(late).at(-1), "c");
      deepEqual(textsOf(await readAll(bus, { from: { time: 0 } })), abc);
    },
  },
  {
    name: "a read gives only what lies in its filters, wildcards included",
    run: async ({ bus }) => {
      const subjects = subjectsOf(bus.ns);
      const there = { machine: "den", session: "web" };
      await bus.publish(note(bus, "to-web"));
      await bus.publish(note(bus, "to-den", { subject: subjects.inbox(there, api) }));
      await bus.publish(note(bus, "to-all", { subject: subjects.cast("all", api) }));
      const texts = async (...filters: readonly string[]) =>
        textsOf(await readAll(bus, { subjects: filters }));
      deepEqual(await texts(subjects.inbox({ machine: "lab" })), ["to-web"]);
      deepEqual(await texts(subjects.inbox({ session: "web" })), ["to-web", "to-den"]);
      deepEqual(await texts(subjects.inbox({}, web)), []);
      deepEqual(await texts(subjects.inbox(there), subjects.cast("all")), ["to-den", "to-all"]);
      deepEqual(await texts(`fleet.${bus.ns}.>`), ["to-web", "to-den", "to-all"]);
    },
  },
  {
    name: "a read of headers only gives no data",
    run: async ({ bus }) => {
      await publishAll(bus, ["a"]);
      const [message] = await readAll(bus, { isHeadersOnly: true });
      deepEqual([message?.headers["ce-id"], message?.data.length], ["a", 0]);
    },
  },
  {
    name: "a read that follows gives what is stored later, and ends quietly when its signal aborts",
    run: async ({ bus }) => {
      await publishAll(bus, ["old"]);
      const controller = new AbortController();
      const seen: string[] = [];
      for await (const message of bus.read("INBOX", options(bus, { signal: controller.signal }))) {
        seen.push(...textsOf([message]));
        if (seen.length === 1) await publishAll(bus, ["b", "c"]);
        if (seen.length === 3) controller.abort();
      }
      deepEqual(seen, ["old", "b", "c"]);
    },
  },
  {
    name: "a read of what is new gives nothing that was stored before it began",
    run: async ({ bus }) => {
      await publishAll(bus, ["old"]);
      const reading = bus.read("INBOX", options(bus, { from: "new" }))[Symbol.asyncIterator]();
      const first = nextOf(reading);
      // The read has begun when the server knows it; until then more may be stored.
      const publishing = repeat(bus, () => first);
      const texts = textsOf(await first);
      await publishing;
      deepEqual([texts.length, texts.includes("old")], [1, false]);
      await reading.return?.();
    },
  },
  {
    name: "two reads at once both give everything",
    run: async ({ bus }) => {
      await publishAll(bus, abc);
      const both = await Promise.all([readAll(bus), takeFrom(bus.read("INBOX", options(bus)), 3)]);
      deepEqual(both.map(textsOf), [abc, abc]);
    },
  },
  {
    name: "a read whose signal has aborted gives nothing",
    run: async ({ bus }) => {
      await publishAll(bus, ["a"]);
      deepEqual(await takeFrom(bus.read("INBOX", options(bus, { signal: AbortSignal.abort() })), 1), []);
    },
  },
  {
    name: "an erased message is not read",
    run: async ({ bus }) => {
      await publishAll(bus, abc);
      await bus.erase("INBOX", 2);
      deepEqual(textsOf(await readAll(bus)), ["a", "c"]);
      await bus.erase("INBOX", 3);
      deepEqual(textsOf(await readAll(bus)), ["a"]);
    },
  },
];

function options(bus: Bus, change: Partial<ReadOptions> = {}): ReadOptions {
  const { signal } = new AbortController();
  return { subjects: [`fleet.${bus.ns}.>`], from: "all", signal, ...change };
}

async function readAll(bus: Bus, change: Partial<ReadOptions> = {}): Promise<readonly Incoming[]> {
  return takeFrom(bus.read("INBOX", options(bus, { untilCaughtUp: true, ...change })), Infinity);
}

/** Publishes one note after the other until `until` is settled. */
async function repeat(bus: Bus, until: () => Promise<unknown>): Promise<void> {
  let isOver = false;
  const over = until().finally(() => {
    isOver = true;
  });
  for (let count = 0; !isOver; count += 1) await bus.publish(note(bus, `new${count}`));
  await over;
}
