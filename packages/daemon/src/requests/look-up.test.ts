import { encodeMessage, encodeReceipt, subjectsOf, systemClock, type Message } from "@fleetbus/core";
import { memoryBus, type MemoryBus } from "@fleetbus/core/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { codecOf } from "./codec.ts";
import { buryFile, listDead } from "./dead.ts";
import { messagesTo } from "./history.ts";
import { findId, findMessage, type LookUpEdge } from "./look-up.ts";
import { newestFirst } from "./newest-first.ts";

const ns = "main";
const web = { machine: "lab", session: "web" };
const api = { machine: "lab", session: "api" };
const subjects = subjectsOf(ns);
const time = "2026-01-01T00:00:00.000Z";

let bus: MemoryBus;
let edge: LookUpEdge;

beforeEach(() => {
  bus = memoryBus({ ns, clock: systemClock });
  edge = { bus, subjects, codec: codecOf(ns) };
});

const messageOf = (id: string): Message => ({
  ...{ id, thread: id, from: api, to: web, kind: "request", type: "message", priority: "normal" },
  ...{ mode: "turn", body: `body of ${id}`, origin: "agent", hop: 0, time },
});

const say = (id: string) => bus.publish(encodeMessage(ns, messageOf(id)));
const account = (id: string) =>
  bus.publish(encodeReceipt(ns, { id, from: api, to: web, stage: "stored", time }));

/** What any program with a credential may put there. */
const foreign = (subject: string, id: string) =>
  bus.publish({ subject, headers: { "ce-id": id }, data: Buffer.from("no JSON"), dedupeId: id });

const inbox = subjects.inbox(web);
const receipts = subjects.receipt({});

describe("looking for a message", () => {
  it("finds it by its id, by a suffix, and the last one", async () => {
    for (const id of ["m-1a", "m-2b", "m-3c"]) await say(id);
    expect((await findMessage(edge, "m-1a", inbox)).message.body).toBe("body of m-1a");
    expect((await findMessage(edge, "2b", inbox)).message.id).toBe("m-2b");
    expect((await findMessage(edge, undefined, inbox)).message.id).toBe("m-3c");
    expect((await findMessage(edge, "last", inbox)).message.id).toBe("m-3c");
  });

  it("says which ones end like that", async () => {
    for (const id of ["m-1a", "m-2a"]) await say(id);
    await expect(findMessage(edge, "a", inbox)).rejects.toMatchObject({
      code: "target_ambiguous",
      details: { candidates: ["m-2a", "m-1a"] },
    });
  });

  it("takes an id for itself though a newer one ends with it", async () => {
    for (const id of ["one", "not-one"]) await Promise.all([say(id), account(id)]);
    expect((await findMessage(edge, "one", inbox)).message.id).toBe("one");
    expect(await findId(edge, "one", receipts)).toBe("one");
  });

  it.each([undefined, "1a", "m-1a"])("is not disturbed by what is foreign: %s", async (ref) => {
    await say("m-1a");
    await foreign(subjects.inbox(web, api), "x-1a");
    await foreign(subjects.inbox(web, api), "m-1a");
    expect((await findMessage(edge, ref, inbox)).message.id).toBe("m-1a");
    expect(await messagesTo(edge, web)).toHaveLength(1);
  });

  it("says that there is none", async () => {
    await expect(findMessage(edge, "x", inbox)).rejects.toMatchObject({ code: "not_found" });
    await expect(findMessage(edge, undefined, inbox)).rejects.toMatchObject({ code: "not_found" });
    await expect(findId(edge, "last", receipts)).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("looking for an id among receipts", () => {
  it("finds it by a suffix, and the last one, whatever strangers wrote there", async () => {
    for (const id of ["m-1a", "m-2b"]) await account(id);
    await foreign("fleet.main.receipt.LAB.web.m-9z.lab.x", "m-9z");
    expect(await findId(edge, "1a", receipts)).toBe("m-1a");
    expect(await findId(edge, "last", receipts)).toBe("m-2b");
    const report = "outcome-01m7zvhdhs54rb5t7gwgrza9mq";
    await account(report);
    expect(await findId(edge, "last", receipts), "nobody sent what fleet tells a supervisor").toBe("m-2b");
    expect(await findId(edge, "mq", receipts)).toBe(report);
  });
});

describe("a search from the end", () => {
  const search = { stream: "RECEIPTS", subjects: [receipts], doing: "looking", wayOut: "say more" } as const;
  const countReads = () => {
    const from: unknown[] = [];
    const counting = {
      lastSeq: bus.lastSeq,
      streams: bus.streams,
      read: (...asked: Parameters<MemoryBus["read"]>) => {
        from.push(asked[1].from);
        return bus.read(...asked);
      },
    };
    return { from, counting };
  };

  it("reads the newest part first, the whole at last, each thing once", async () => {
    const all = Array.from({ length: 6500 }, (_, number) => `m${number}`);
    for (const id of all) await account(id);
    const { from, counting } = countReads();
    const seen: number[] = [];
    for await (const batch of newestFirst(counting, search)) seen.unshift(...batch.map(({ seq }) => seq));
    expect(seen).toEqual(all.map((_, index) => index + 1));
    expect(from).toEqual([{ seq: 5501 }, { seq: 1501 }, { seq: 1 }]);
  });

  it("does not look further than it is asked to", async () => {
    for (let number = 0; number < 3000; number += 1) await account(`m${number}`);
    const { from, counting } = countReads();
    expect(await findId({ ...edge, bus: { ...bus, ...counting } }, "m2999", receipts)).toBe("m2999");
    expect(await findId({ ...edge, bus: { ...bus, ...counting } }, "2999", receipts)).toBe("m2999");
    expect(from).toEqual([{ seq: 2001 }]);
  });

  it("that takes too long says so, with the way out, and gives no part for the whole", async () => {
    await account("m1");
    const slow = {
      lastSeq: bus.lastSeq,
      streams: bus.streams,
      async *read(_: unknown, { signal }: Parameters<MemoryBus["read"]>[1]) {
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        yield* [];
      },
    };
    const batches = newestFirst(slow, { ...search, withinMs: 20 });
    await expect(batches.next()).rejects.toMatchObject({
      code: "pending",
      message: "looking: given up after 0.02 s and the newest 0 looked at; say more",
    });
  });
});

describe("the list of dead letters", () => {
  it("is the newest thousand, and shows what a stranger wrote as it is", async () => {
    for (let number = 0; number < 1100; number += 1)
      await buryFile(
        { bus, subjects, machine: "lab" },
        { content: Buffer.from(`${number}`), reason: "why?" },
      );
    const headers = { "fleet-reason": "100 %" };
    await bus.publish({ subject: subjects.dead("x"), headers, data: Buffer.from("x"), dedupeId: "x" });
    const { items } = await listDead({ bus, subjects });
    expect(items).toHaveLength(1000);
    expect(items.at(-1)).toMatchObject({ reason: "100 %", preview: "x" });
    expect(items.at(-2)).toMatchObject({ reason: "why?", preview: "1099" });
  });
});
