import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeMessage, foldEvents, subjectsOf, type Message, type SessionRecord } from "@fleetbus/core";
import { fakeClock, memoryBus, type MemoryBus } from "@fleetbus/core/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openJournal, type Journal } from "../disk/journal.ts";
import { leaseKey } from "../inbox/lease.ts";
import { codecOf } from "../requests/codec.ts";
import { nameHistory } from "../session/names.ts";
import { leftBehind } from "./left-behind.ts";

const ns = "main";
const web = { machine: "lab", session: "web" };
const api = { machine: "lab", session: "api" };
const subjects = subjectsOf(ns);

let dir: string;
let clock: ReturnType<typeof fakeClock>;
let bus: MemoryBus;
let journal: Journal;
let record: SessionRecord;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "fleet-left-"));
  clock = fakeClock();
  bus = memoryBus({ ns, clock });
  journal = await openJournal(dir, clock);
  record = recordOf();
});
afterEach(async () => {
  await journal.close();
  await bus.close();
  await rm(dir, { recursive: true });
});

const timeNow = () => new Date(clock.now()).toISOString();

function recordOf(): SessionRecord {
  const base = { from: web, time: timeNow(), origin: "system", data: { cli: "claude", pid: 7 } } as const;
  const found = foldEvents([{ ...base, id: "e1", kind: "session.started" }]);
  if (found === undefined) throw new Error("no record");
  return found;
}

const said = (id: string, extra: Partial<Message> = {}): Message => ({
  ...{ id, thread: id, from: api, to: web, kind: "request", type: "message", priority: "normal" },
  ...{ mode: "turn", body: `body of ${id}`, origin: "agent", hop: 0, time: timeNow(), ...extra },
});
const say = (id: string, extra?: Partial<Message>) => bus.publish(encodeMessage(ns, said(id, extra)));
const end = (message: Message) =>
  journal.finish({ seq: 0, key: leaseKey(message), stage: "done", at: clock.now() });
const group: Partial<Message> = { to: { machine: "lab", session: "all" }, group: "all" };

async function left() {
  const names = nameHistory(() => [record]);
  const edge = { bus, subjects, codec: codecOf(ns), names, machine: "lab", journal, clock };
  const { waiting, missed } = await leftBehind(edge, record);
  return { waiting: waiting.map(({ id }) => id), missed: missed.map(({ id }) => id) };
}

describe("what a session leaves in its mailbox", () => {
  it("is all that was stored for it and has no end, each once", async () => {
    for (const id of ["m1", "m2", "m3"]) await say(id);
    await say("other", { to: api, from: web });
    await end(said("m2"));
    await clock.advance(2 * 3_600_000); // the server stores what comes again then
    await say("m3");
    expect(await left()).toEqual({ waiting: ["m1", "m3"], missed: [] });
  });

  it("is nothing where nobody wrote to it, and of what is past its deadline or foreign", async () => {
    expect(await left()).toEqual({ waiting: [], missed: [] });
    await say("late", { expiresAt: new Date(clock.now() + 1000).toISOString() });
    const subject = subjects.inbox(web, api);
    await bus.publish({ subject, headers: {}, data: Buffer.from("no JSON"), dedupeId: "foreign" });
    await clock.advance(2000);
    expect(await left()).toEqual({ waiting: [], missed: [] });
  });

  it("tells broadcasts apart: of those since its start that were not its own", async () => {
    await say("before", { ...group, time: new Date(clock.now() - 1000).toISOString() });
    await say("heard", group);
    await say("ended", group);
    await say("own", { ...group, from: web });
    await end({ ...said("ended", group), to: web });
    expect(await left()).toEqual({ waiting: [], missed: ["heard"] });
  });

  it("finds what lies under the name that it bore before", async () => {
    await say("m1", { to: { machine: "lab", session: "old" } });
    const span = { id: "e0", name: "old", after: 0, upTo: 1, until: timeNow() };
    record = { ...record, formerly: [span] };
    expect(await left()).toEqual({ waiting: ["m1"], missed: [] });
  });
});
