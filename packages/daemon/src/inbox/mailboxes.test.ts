import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeMessage, encodeMessage, newMessage, systemClock, type SessionRecord } from "@fleetbus/core";
import type { Bus, Consumer } from "@fleetbus/core/bus";
import { memoryBus, type MemoryBus } from "@fleetbus/core/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openJournal, type Journal } from "../disk/journal.ts";
import { nameHistory } from "../session/names.ts";
import { mailboxes, type Mailboxes } from "./mailboxes.ts";

const owner = { machine: "lab", session: "web" };

let dir: string;
let journal: Journal;
let bus: MemoryBus;
let boxes: Mailboxes;
/** Every fetch waits for it, after the server has answered. */
let answered: Promise<void>;
let openable: Promise<void>;
let fetches: number;
let arrivals: string[];
let sessions: SessionRecord[];
/** What went wrong without anybody being told; absent, nothing may. */
let failures: unknown[] | undefined;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "fleet-mailboxes-"));
  journal = await openJournal(dir, systemClock);
  bus = memoryBus({ ns: "main", clock: systemClock });
  answered = Promise.resolve();
  openable = Promise.resolve();
  fetches = 0;
  arrivals = [];
  sessions = [];
  failures = undefined;
  boxes = mailboxes({
    bus: slow(bus),
    journal,
    machine: "lab",
    names: nameHistory(() => sessions),
    clock: systemClock,
    depth: () => 1000,
    receipts: { write: () => Promise.resolve(), writeAll: () => Promise.resolve() },
    decode: (delivery) => decodeMessage("main", delivery),
    bury: () => Promise.reject(new Error("nothing here is to be buried")),
    isAddressed: () => () => true,
    onArrival: ({ session }) => void arrivals.push(session),
    onError: (error) => {
      if (failures === undefined) throw error;
      failures.push(error);
    },
  });
});
afterEach(async () => {
  await journal.close();
  await bus.close();
  await rm(dir, { recursive: true });
});

/** A server that is as slow as a test wants it. */
function slow(to: Bus): Bus {
  const consumer: Bus["consumer"] = async (shape) => {
    await openable;
    const real = await to.consumer(shape);
    const fetch: Consumer["fetch"] = async (options) => {
      fetches += 1;
      const deliveries = await real.fetch(options);
      await answered;
      return deliveries;
    };
    return { ...real, fetch };
  };
  return { ...to, consumer };
}

async function say(id: string): Promise<void> {
  const from = { machine: "lab", session: "api" };
  const made = newMessage(
    { from, to: owner, origin: "agent", body: `do ${id}`, id },
    { ids: () => id, clock: systemClock },
  );
  await bus.publish(encodeMessage("main", made));
}

function gate(): { readonly opened: Promise<void>; open(): void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

const ids = () =>
  boxes
    .find("web")
    ?.held()
    .map((lease) => lease.message.id);

describe("the mailboxes of a machine", () => {
  it("give back what was being fetched when its session ended: the next one of that name gets it", async () => {
    const mailbox = await boxes.open(owner);
    await say("a");
    const { opened, open } = gate();
    answered = opened;
    const refilled = mailbox.refill();
    await expect.poll(() => fetches).toBe(2);
    const closed = boxes.close("web");
    open();
    await Promise.all([refilled, closed]);
    expect(mailbox.held()).toEqual([]);
    await boxes.open(owner);
    expect(ids()).toEqual(["a"]);
  });

  it("close one that is only being opened", async () => {
    await say("a");
    const { opened, open } = gate();
    openable = opened;
    const opening = boxes.open(owner);
    const closed = boxes.close("web");
    open();
    const [mailbox] = await Promise.all([opening, closed]);
    expect(boxes.find("web")).toBeUndefined();
    expect(mailbox.held()).toEqual([]);
    await boxes.open(owner);
    expect(ids()).toEqual(["a"]);
  });

  it("tell the next one of a name of what the one before gives back late", async () => {
    const before = await boxes.open(owner);
    await say("a");
    await before.refill();
    const { opened, open } = gate();
    before.settle(opened);
    const closed = boxes.close("web");
    await boxes.open(owner);
    expect(ids()).toEqual([]);
    open();
    await closed;
    expect(ids()).toEqual(["a"]);
  });

  it("give to the next one of a name what could not be given back while the server was away", async () => {
    await say("a");
    await boxes.open(owner);
    expect(ids()).toEqual(["a"]);
    failures = [];
    bus.setConnected(false);
    await boxes.close("web");
    expect(failures).toHaveLength(1);
    bus.setConnected(true);
    await boxes.open(owner);
    expect(ids()).toEqual(["a"]);
  });

  it("ask the server once for all who ask while it answers", async () => {
    const mailbox = await boxes.open(owner);
    const { opened, open } = gate();
    answered = opened;
    const first = mailbox.refill();
    await expect.poll(() => fetches).toBe(2);
    const asked = Array.from({ length: 100 }, () => mailbox.refill());
    await say("a");
    open();
    await Promise.all([first, ...asked]);
    expect(fetches).toBe(3); // the opening's, the one under way, the one for all who came meanwhile
    expect(ids()).toEqual(["a"]);
  });

  it("hold nothing against a message that another one's sequence was counted for", async () => {
    await journal.hold({ seq: 1, ack: "", key: "lab/old other lab/web", offers: 5, shows: 5 });
    await say("a");
    await boxes.open(owner);
    expect(boxes.find("web")?.held()).toMatchObject([{ offers: 0, shows: 0 }]);
  });
});
