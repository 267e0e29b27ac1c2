import { subjectsOf } from "../../subjects/grammar.ts";
import {
  api,
  deepEqual,
  equal,
  eventually,
  note,
  publishAll,
  rejectsWith,
  web,
  type BusCase,
} from "./case.ts";

/** Rules of storing, reading back and erasing one message. */
export const publishCases: readonly BusCase[] = [
  {
    name: "a published message is stored under the next sequence of its stream",
    run: async ({ bus }) => {
      deepEqual(await bus.publish(note(bus, "a")), { stream: "INBOX", seq: 1, isDuplicate: false });
      deepEqual(await bus.publish(note(bus, "b")), { stream: "INBOX", seq: 2, isDuplicate: false });
      const event = {
        subject: subjectsOf(bus.ns).event(web, "turn.stopped"),
        headers: {},
        data: new Uint8Array(),
      };
      deepEqual(await bus.publish({ ...event, dedupeId: "e" }), {
        stream: "EVENTS",
        seq: 1,
        isDuplicate: false,
      });
    },
  },
  {
    name: "the same dedupe id again is a duplicate that names the first one's sequence and stores nothing",
    run: async ({ bus }) => {
      await publishAll(bus, ["a", "b"]);
      const other = note(bus, "a", { data: new TextEncoder().encode("another body") });
      deepEqual(await bus.publish(other), { stream: "INBOX", seq: 1, isDuplicate: true });
      equal((await bus.get("INBOX", 3)) === undefined, true);
      const [status] = (await bus.streams()).filter(({ name }) => name === "INBOX");
      deepEqual([status?.messages, status?.lastSeq], [2, 2]);
    },
  },
  {
    name: "many messages published at once are all stored, each under its own sequence",
    run: async ({ bus }) => {
      const ids = Array.from({ length: 100 }, (_, index) => `n${index}`);
      const stored = await Promise.all(ids.map((id) => bus.publish(note(bus, id))));
      equal(new Set(stored.map(({ seq }) => seq)).size, 100);
      equal(
        stored.every(({ isDuplicate }) => !isDuplicate),
        true,
      );
    },
  },
  {
    name: "a message is read back byte for byte, its header names in lower case",
    run: async ({ bus }) => {
      const data = Uint8Array.from({ length: 256 }, (_, index) => index);
      const { seq } = await bus.publish(
        note(bus, "a", { data, headers: { "ce-id": "a", "X-Other": "%20 b" } }),
      );
      const found = await bus.get("INBOX", seq);
      deepEqual([...(found?.data ?? [])], [...data]);
      deepEqual([found?.subject, found?.seq], [subjectsOf(bus.ns).inbox(web, api), seq]);
      deepEqual([found?.headers["ce-id"], found?.headers["x-other"]], ["a", "%20 b"]);
      equal(Number.isSafeInteger(found?.time), true);
    },
  },
  {
    name: "a message without data is stored",
    run: async ({ bus }) => {
      const { seq } = await bus.publish(note(bus, "a", { data: new Uint8Array() }));
      equal((await bus.get("INBOX", seq))?.data.length, 0);
    },
  },
  {
    name: "a message over the server's limit is refused as too large",
    run: ({ bus }) =>
      rejectsWith("too_large", () => bus.publish(note(bus, "a", { data: new Uint8Array(1024 * 1024) }))),
  },
  {
    name: "a message that no stream takes is refused as unavailable",
    run: ({ bus }) =>
      rejectsWith("unavailable", () => bus.publish(note(bus, "a", { subject: `other.${bus.ns}.a` }))),
  },
  {
    name: "a header that could begin another line is refused",
    run: async ({ bus }) => {
      await rejectsWith("usage", () =>
        bus.publish(note(bus, "a", { headers: { "ce-id": "a\r\nNats-Rollup: all" } })),
      );
      await rejectsWith("usage", () => bus.publish(note(bus, "a", { headers: { "ce-id:x": "a" } })));
    },
  },
  {
    name: "a message with a time to live is gone after it, another stays",
    run: async (harness) => {
      const { bus } = harness;
      await bus.publish(note(bus, "short", { ttlMs: 1000 }));
      await publishAll(bus, ["long"]);
      equal((await bus.get("INBOX", 1)) === undefined, false);
      await eventually(harness, async () => ((await bus.get("INBOX", 1)) === undefined ? true : undefined));
      equal((await bus.get("INBOX", 2)) === undefined, false);
    },
  },
  {
    name: "a time to live on a stream that has none is refused",
    run: ({ bus }) => {
      const subject = subjectsOf(bus.ns).event(web, "turn.stopped");
      return rejectsWith("usage", () => bus.publish(note(bus, "a", { subject, ttlMs: 1000 })));
    },
  },
  {
    name: "the newest message in the filters is known as soon as it is acknowledged",
    run: async ({ bus }) => {
      const subjects = [subjectsOf(bus.ns).inbox(web), subjectsOf(bus.ns).cast("all")];
      equal(await bus.lastSeq("INBOX", subjects), 0);
      for (let number = 1; number <= 50; number += 1) {
        const { seq } = await bus.publish(note(bus, `n${number}`));
        equal(await bus.lastSeq("INBOX", subjects), seq);
      }
      equal(await bus.lastSeq("INBOX", [subjectsOf(bus.ns).inbox(api)]), 0);
      equal(await bus.erase("INBOX", 50), true);
      equal(await bus.lastSeq("INBOX", subjects), 49);
    },
  },
  {
    name: "an erased message is gone, and cannot be erased again",
    run: async ({ bus }) => {
      await publishAll(bus, ["a", "b", "c"]);
      equal(await bus.erase("INBOX", 2), true);
      equal(await bus.get("INBOX", 2), undefined);
      deepEqual([await bus.erase("INBOX", 2), await bus.erase("INBOX", 99)], [false, false]);
      equal((await bus.get("INBOX", 3)) === undefined, false);
    },
  },
  {
    name: "an append-only stream erases nothing",
    run: async ({ bus }) => {
      await bus.publish(note(bus, "a", { subject: `fleet.${bus.ns}.audit.sent` }));
      await rejectsWith("refused", () => bus.erase("AUDIT", 1));
      equal((await bus.get("AUDIT", 1)) === undefined, false);
    },
  },
  {
    name: "a sequence that was never used is undefined",
    run: async ({ bus }) => {
      equal(await bus.get("INBOX", 1), undefined);
    },
  },
];
