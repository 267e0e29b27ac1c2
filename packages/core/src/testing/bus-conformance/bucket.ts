import type { Bucket } from "../../bus/port.ts";
import { deepEqual, equal, eventually, rejectsWith, type BusCase } from "./case.ts";

const one = Uint8Array.of(1);
const two = Uint8Array.of(2);

/** Rules of key-value buckets. */
export const bucketCases: readonly BusCase[] = [
  {
    name: "a key that was never written is undefined, a written one has its value and revision",
    run: async ({ bus }) => {
      const bucket = await bus.bucket("sessions");
      equal(await bucket.get("lab.web"), undefined);
      const revision = await bucket.put("lab.web", one);
      const entry = await bucket.get("lab.web");
      deepEqual([entry?.key, [...(entry?.value ?? [])], entry?.revision], ["lab.web", [1], revision]);
    },
  },
  {
    name: "revision 0 creates, and conflicts where the key exists",
    run: async ({ bus }) => {
      const bucket = await bus.bucket("sessions");
      await bucket.put("k", one, { revision: 0 });
      await rejectsWith("conflict", () => bucket.put("k", two, { revision: 0 }));
      deepEqual(await valueOf(bucket, "k"), [1]);
    },
  },
  {
    name: "a write with the current revision wins, with a stale one it conflicts",
    run: async ({ bus }) => {
      const bucket = await bus.bucket("sessions");
      const first = await bucket.put("k", one);
      await bucket.put("other", one);
      const second = await bucket.put("k", two, { revision: first });
      equal(second > first, true);
      await rejectsWith("conflict", () => bucket.put("k", one, { revision: first }));
      await rejectsWith("conflict", () => bucket.put("absent", one, { revision: first }));
      deepEqual(await valueOf(bucket, "k"), [2]);
    },
  },
  {
    name: "of many who create a key at once exactly one does",
    run: async ({ bus, join }) => {
      const [mine, other] = [await bus.bucket("locks"), await (await join()).bucket("locks")];
      const tries = Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? mine : other).put("k", one, { revision: 0 }),
      );
      const results = await Promise.allSettled(tries);
      equal(results.filter(({ status }) => status === "fulfilled").length, 1);
    },
  },
  {
    name: "the keys under a token are listed alone",
    run: async ({ bus }) => {
      const bucket = await bus.bucket("effects");
      for (const key of ["a.1", "a.2.b", "ab.1", "b.1", "a"]) await bucket.put(key, one);
      deepEqual((await bucket.entries(undefined, "a")).map(({ key }) => key).toSorted(), ["a.1", "a.2.b"]);
      deepEqual(await bucket.entries(undefined, "c"), []);
    },
  },
  {
    name: "a removed key is gone, can be created again, and its old revision is stale",
    run: async ({ bus }) => {
      for (const name of ["sessions", "locks"] as const) {
        const bucket = await bus.bucket(name);
        const first = await bucket.put("k", one);
        await bucket.remove("k");
        equal(await bucket.get("k"), undefined);
        deepEqual(await bucket.entries(), []);
        await rejectsWith("conflict", () => bucket.put("k", two, { revision: first }));
        const again = await bucket.put("k", two, { revision: 0 });
        equal(again > first, true);
        await bucket.remove("never");
      }
    },
  },
  {
    name: "a key with a time to live is gone after it, and can be created again",
    run: async (harness) => {
      const bucket = await harness.bus.bucket("locks");
      const first = await bucket.put("k", one, { revision: 0, ttlMs: 1000 });
      await rejectsWith("conflict", () => bucket.put("k", two, { revision: 0, ttlMs: 1000 }));
      await eventually(harness, async () => ((await bucket.get("k")) === undefined ? true : undefined));
      deepEqual(await bucket.entries(), []);
      await rejectsWith("conflict", () => bucket.put("k", one, { revision: first, ttlMs: 1000 }));
      equal((await bucket.put("k", two, { revision: 0, ttlMs: 1000 })) > first, true);
    },
  },
  {
    name: "a key that is renewed in time lives on, with a new revision each time",
    run: async (harness) => {
      const bucket = await harness.bus.bucket("locks");
      let revision = await bucket.put("k", one, { revision: 0, ttlMs: 2000 });
      for (let round = 0; round < 4; round += 1) {
        await harness.passTime(700);
        revision = await bucket.put("k", one, { revision, ttlMs: 2000 });
      }
      equal((await bucket.get("k"))?.revision, revision);
      await eventually(harness, async () => ((await bucket.get("k")) === undefined ? true : undefined));
    },
  },
  {
    name: "a time to live that is not in whole seconds, or where the bucket has none, is refused",
    run: async ({ bus }) => {
      const locks = await bus.bucket("locks");
      await rejectsWith("usage", () => locks.put("k", one, { ttlMs: 500 }));
      await rejectsWith("usage", () => locks.put("k", one, { ttlMs: 1500 }));
      const sessions = await bus.bucket("sessions");
      await rejectsWith("usage", () => sessions.put("k", one, { ttlMs: 1000 }));
    },
  },
  {
    name: "a key that a subject cannot hold is refused",
    run: async ({ bus }) => {
      const bucket = await bus.bucket("sessions");
      for (const key of ["", "a b", "a.*", ">", ".a", "a.", "a..b", "ä"]) {
        await rejectsWith("usage", () => bucket.put(key, one));
        await rejectsWith("usage", () => bucket.get(key));
      }
      await bucket.put("effects.lab=web/01-a_B", one);
      deepEqual(await valueOf(bucket, "effects.lab=web/01-a_B"), [1]);
    },
  },
  {
    name: "the entries are every live key with its latest value",
    run: async ({ bus }) => {
      const bucket = await bus.bucket("sessions");
      deepEqual(await bucket.entries(), []);
      const keys = Array.from({ length: 300 }, (_, index) => `lab.s${index}`);
      await Promise.all(keys.map((key) => bucket.put(key, one)));
      await bucket.put("lab.s7", two);
      await bucket.remove("lab.s8");
      const entries = await bucket.entries();
      deepEqual(entries.map(({ key }) => key).toSorted(), keys.filter((key) => key !== "lab.s8").toSorted());
      deepEqual([...(entries.find(({ key }) => key === "lab.s7")?.value ?? [])], [2]);
    },
  },
  {
    name: "who follows a bucket sees the newest of each key after a revision, then each write and removal by anybody",
    run: async ({ bus, join }) => {
      const [mine, other] = [await bus.bucket("sessions"), await (await join()).bucket("sessions")];
      const first = await other.put("a", one);
      await other.put("b", one);
      await other.put("b", two);
      const over = new AbortController();
      const changes = mine.follow({ after: first, signal: over.signal })[Symbol.asyncIterator]();
      const next = async () => {
        const change = await changes.next();
        if (change.done === true) return "ended";
        const { key, value } = change.value;
        return [key, value === undefined ? undefined : [...value]];
      };
      deepEqual(await next(), ["b", [2]]);
      await other.put("a", two);
      deepEqual(await next(), ["a", [2]]);
      await other.remove("b");
      deepEqual(await next(), ["b", undefined]);
      const end = changes.next();
      over.abort();
      equal((await end).done, true);
    },
  },
  {
    name: "buckets do not see each other's keys",
    run: async ({ bus }) => {
      await (await bus.bucket("tasks")).put("k", one);
      equal(await (await bus.bucket("todos")).get("k"), undefined);
      deepEqual(await (await bus.bucket("locks")).entries(), []);
    },
  },
];

async function valueOf(bucket: Bucket, key: string): Promise<readonly number[]> {
  return [...((await bucket.get(key))?.value ?? [])];
}
