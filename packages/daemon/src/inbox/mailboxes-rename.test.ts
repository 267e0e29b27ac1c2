import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  decodeMessage,
  encodeMessage,
  foldEvent,
  newMessage,
  type FleetEvent,
  type Message,
  type SessionRecord,
} from "@fleetbus/core";
import { fakeClock, memoryBus, type MemoryBus } from "@fleetbus/core/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openJournal, type Journal } from "../disk/journal.ts";
import { isMember } from "../session/membership.ts";
import { nameHistory } from "../session/names.ts";
import { registry, type Registry } from "../session/registry.ts";
import { mailboxes, type Mailboxes } from "./mailboxes.ts";

let dir: string;
let clock: ReturnType<typeof fakeClock>;
let journal: Journal;
let bus: MemoryBus;
let sessions: Registry;
let boxes: Mailboxes;
let events: number;
let stages: string[];

const owner = (session: string) => ({ machine: "lab", session });
const store = { save: () => undefined, remove: () => undefined };

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "fleet-rename-"));
  clock = fakeClock();
  bus = memoryBus({ ns: "main", clock });
  events = 0;
  stages = [];
  sessions = newRegistry();
  journal = await openJournal(dir, clock);
  boxes = open();
});
afterEach(async () => {
  await journal.close();
  await bus.close();
  await rm(dir, { recursive: true });
});

function newRegistry(): Registry {
  return registry({
    store: { ...store, load: () => Promise.resolve([]), flush: () => Promise.resolve() },
    fold: foldEvent,
    onChange: () => undefined,
  });
}

function open(): Mailboxes {
  const tell = ({ id }: Pick<Message, "id">, stage: string) => void stages.push(`${id} ${stage}`);
  return mailboxes({
    ...{ bus, journal, clock, machine: "lab", depth: () => 1000 },
    names: nameHistory(() => sessions.all()),
    receipts: {
      write: async ({ message }, { stage }) => tell(message, stage),
      writeAll: async (all, { stage }) => all.forEach(({ message }) => tell(message, stage)),
    },
    decode: (delivery) => decodeMessage("main", delivery),
    bury: () => Promise.reject(new Error("nothing here is to be buried")),
    isAddressed: (to) => (message) => isMember(sessions.find(to.session), message.to, message),
    onArrival: () => undefined,
    onError: () => undefined, // a consumer that is gone cannot be told of an end; the former's can
  });
}

function event(kind: FleetEvent["kind"], session: string, data: FleetEvent["data"]): FleetEvent {
  const id = `e${String(++events).padStart(4, "0")}`;
  const time = new Date(clock.now()).toISOString();
  return { id, kind, from: owner(session), time, origin: "agent", data: { cli: "demo", ...data } };
}

function start(name: string): SessionRecord | undefined {
  return sessions.apply(event("session.started", name, { pid: 100 + events, reason: "startup" }));
}

async function say(id: string, to: string, extra: Partial<Message> = {}): Promise<void> {
  const said = { from: owner("feed"), to: owner(to), origin: "agent", body: `do ${id}`, id } as const;
  const made = newMessage(said, { ids: () => id, clock });
  await bus.publish(encodeMessage("main", { ...made, ...extra }));
}

/** As a rename does it; the event stands for what EVENTS would give again. */
async function rename(from: string, to: string): Promise<FleetEvent> {
  await clock.advance(10);
  const consumers = await bus.consumers("INBOX");
  const after = consumers.find(({ name }) => name === `lab=${from}`)?.ackFloor ?? 0;
  const upTo = await bus.lastSeq("INBOX", [`fleet.main.inbox.lab.${from}.*.*`, "fleet.main.cast.>"]);
  const renamed = event("session.renamed", to, { from, to, after, upTo });
  sessions.rename(from, renamed);
  await boxes.rename(from, owner(to));
  await bus.removeConsumer("INBOX", `lab=${from}`);
  await clock.advance(10);
  return renamed;
}

const ids = (name: string) =>
  boxes
    .find(name)
    ?.waiting()
    .map(({ message }) => message.id);

/** kill -9: another process opens what is on disk. */
async function restart(): Promise<void> {
  bus = bus.join();
  await journal.close();
  journal = await openJournal(dir, clock);
  boxes = open();
}

describe("the mail of a session that was renamed", () => {
  it("is still its own: what was stored and not ended comes under the new name, with its ids", async () => {
    start("web");
    const before = await boxes.open(owner("web"));
    await say("done", "web");
    await say("offered", "web");
    await before.refill();
    const [first, second] = before.held();
    if (first) await before.finish(first, { outcome: "done" });
    if (second) await before.lease([second], "prompt.submitted", "p1");
    await say("unfetched", "web");
    await rename("web", "api");
    const mailbox = boxes.find("api");
    expect(mailbox?.held()).toMatchObject([
      { message: { id: "offered" }, phase: "offered", offers: 1 },
      { message: { id: "unfetched" }, phase: "waiting", offers: 0 },
    ]);
    for (const lease of mailbox?.held() ?? []) await mailbox?.finish(lease, { outcome: "done" });
    expect(stages).toEqual(["done done", "offered done", "unfetched done"]);
    expect((await bus.consumers("INBOX")).map((each) => each.ackPending)).toEqual([0, 0]);
  });

  it("is still its own after a restart, marked only where it was offered before", async () => {
    start("web");
    const before = await boxes.open(owner("web"));
    await say("offered", "web");
    await before.refill();
    await before.lease(before.held(), "prompt.submitted", "p1");
    await say("new", "web");
    await rename("web", "api");
    await restart();
    await boxes.open(owner("api"));
    expect(boxes.find("api")?.waiting()).toMatchObject([
      { message: { id: "offered" }, offers: 1 },
      { message: { id: "new" }, offers: 0 },
    ]);
  });

  it("never reaches the next session of the old name, nor does that one's reach it", async () => {
    start("web");
    await boxes.open(owner("web"));
    await say("old", "web");
    await rename("web", "api");
    start("web");
    await boxes.open(owner("web"));
    await say("new", "web");
    await boxes.find("web")?.refill();
    await boxes.find("api")?.refill();
    expect(ids("web")).toEqual(["new"]);
    expect(ids("api")).toEqual(["old"]);
    await restart();
    await Promise.all([boxes.open(owner("web")), boxes.open(owner("api"))]);
    expect(ids("web")).toEqual(["new"]);
    expect(ids("api")).toEqual(["old"]);
  });

  it("goes with each of several that bore a name one after the other", async () => {
    for (const [number, later] of ["a", "b", "c"].entries()) {
      start("web");
      await boxes.open(owner("web"));
      await say(`m${number}`, "web");
      await rename("web", later);
    }
    expect(["a", "b", "c"].map(ids)).toEqual([["m0"], ["m1"], ["m2"]]);
  });

  it("comes once to a session that took its old name back", async () => {
    start("web");
    await boxes.open(owner("web"));
    await say("first", "web");
    await rename("web", "api");
    await say("second", "api");
    await rename("api", "web");
    await say("third", "web");
    await boxes.find("web")?.refill();
    expect(ids("web")).toEqual(["first", "second", "third"]);
    for (const lease of boxes.find("web")?.held() ?? [])
      await boxes.find("web")?.finish(lease, { outcome: "done" });
    await boxes.find("web")?.refill();
    expect(ids("web")).toEqual([]);
  });

  it("is the renamed one's also where it was accepted before the rename and stored after it", async () => {
    start("web");
    await boxes.open(owner("web"));
    const time = new Date(clock.now()).toISOString();
    await rename("web", "api");
    await say("spooled", "web", { time });
    await boxes.find("api")?.refill();
    expect(ids("api")).toEqual(["spooled"]);
    start("web");
    await boxes.open(owner("web"));
    expect(ids("web")).toEqual([]);
  });

  it("holds no broadcast twice, and none of its own", async () => {
    start("web");
    const before = await boxes.open(owner("web"));
    await say("seen", "all", { group: "all" });
    await say("own", "all", { group: "all", from: owner("web") });
    await say("waits", "all", { group: "all" });
    await before.refill();
    const seen = before.find("seen");
    if (seen) await before.finish(seen, { outcome: "done" });
    await rename("web", "api");
    expect(ids("api")).toEqual(["waits"]);
    await restart();
    await boxes.open(owner("api"));
    expect(ids("api")).toEqual(["waits"]);
  });

  it("is told apart the same when the rename is read again after a restart", async () => {
    start("web");
    await boxes.open(owner("web"));
    await say("old", "web");
    const renamed = await rename("web", "api");
    start("web");
    const saved = sessions.all();
    sessions = newRegistry();
    for (const record of saved) sessions.restore(record);
    sessions.rename("web", renamed);
    expect(sessions.all()).toEqual(saved);
  });
});
