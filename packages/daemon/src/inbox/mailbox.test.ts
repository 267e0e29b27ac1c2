import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeMessage, encodeMessage, FleetError, type Message, type Receipt } from "@fleetbus/core";
import { inboxConsumer } from "@fleetbus/core/bus";
import { fakeClock, memoryBus, type MemoryBus } from "@fleetbus/core/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openJournal, type Journal } from "../disk/journal.ts";
import { Mailbox, maxShows } from "./mailbox.ts";
import { leaseKey } from "./lease.ts";

const owner = { machine: "lab", session: "web" };
const clock = fakeClock();
let dir: string;
let bus: MemoryBus;
let journal: Journal;
let stages: string[];
let buried: string[];
let receiptOnDisk: Promise<void>;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "fleet-mailbox-"));
  bus = memoryBus({ ns: "main", clock });
  journal = await openJournal(dir, clock);
  stages = [];
  buried = [];
  receiptOnDisk = Promise.resolve();
});
afterEach(async () => {
  await journal.close();
  await bus.close();
  await rm(dir, { recursive: true });
});

async function open(): Promise<Mailbox> {
  return new Mailbox(owner, {
    consumer: await bus.consumer(inboxConsumer("main", owner)),
    journal,
    clock,
    receipts: {
      write: ({ message }, facts) => {
        stages.push(`${message.id} ${facts.stage}${label(facts)}`);
        return receiptOnDisk;
      },
    },
    decode: (delivery) => decodeMessage("main", delivery),
    bury: async (delivery, reason) => {
      buried.push(reason);
      await delivery.ack();
    },
    isAddressed: () => true,
    onArrival: () => undefined,
    onError: (error) => {
      throw error;
    },
  });
}

const label = ({ proof, outcome }: Partial<Receipt>) => ((proof ?? outcome) ? ` ${proof ?? outcome}` : "");

function message(id: string, extra: Partial<Message> = {}): Message {
  return {
    ...{
      id,
      to: owner,
      from: { machine: "lab", session: "api" },
      kind: "request",
      type: "message",
      priority: "normal",
    },
    ...{
      mode: "turn",
      body: `do ${id}`,
      time: new Date(clock.now()).toISOString(),
      origin: "agent",
      hop: 0,
      thread: id,
    },
    ...extra,
  };
}

const say = (id: string, extra: Partial<Message> = {}) =>
  bus.publish(encodeMessage("main", message(id, extra)));
const pending = async () => (await bus.consumers("INBOX"))[0];

async function offer(mailbox: Mailbox): Promise<void> {
  const chosen = mailbox.waiting();
  for (const lease of chosen) mailbox.prepare(lease, "prompt.submitted", "p1");
  await mailbox.lease(chosen, "prompt.submitted", "p1");
}

describe("a mailbox", () => {
  it("holds what is stored before a refill, oldest first", async () => {
    const mailbox = await open();
    await say("a");
    await say("b");
    await mailbox.refill();
    expect(mailbox.waiting().map((lease) => lease.message.id)).toEqual(["a", "b"]);
  });

  it("[want 3] acknowledges a shown message at its turn's end, not when it was offered or shown", async () => {
    const mailbox = await open();
    await say("a");
    await mailbox.refill();
    await offer(mailbox);
    mailbox.prove(mailbox.held()[0]?.offer?.nonce ?? "", "request");
    expect((await pending())?.ackPending).toBe(1);
    await mailbox.endTurn({ outcome: "done" });
    expect((await pending())?.ackPending).toBe(0);
    expect(stages).toEqual(["a shown request", "a done done"]);
  });

  it("[case 49] offers again, under another nonce, what never reached the model", async () => {
    const mailbox = await open();
    await say("a");
    await mailbox.refill();
    await offer(mailbox);
    const first = mailbox.held()[0]?.offer?.nonce;
    await mailbox.offerAgain(await mailbox.endTurn({ outcome: "done" }));
    await offer(mailbox);
    expect(mailbox.held()[0]).toMatchObject({ offers: 2, phase: "offered" });
    expect(mailbox.held()[0]?.offer?.nonce).not.toBe(first);
    expect(stages).toEqual([]);
  });

  it("knows after a restart how often a message was offered and shown", async () => {
    const mailbox = await open();
    await say("a");
    await mailbox.refill();
    await offer(mailbox);
    mailbox.prove(mailbox.held()[0]?.offer?.nonce ?? "", "request");
    await journal.close();
    journal = await openJournal(dir, clock);
    for (const { ack } of journal.held()) await bus.settle(ack, "nak");
    const next = await open();
    await next.refill();
    expect(next.waiting()).toMatchObject([{ offers: 1, shows: 1, phase: "waiting" }]);
  });

  it("acknowledges what has a final record already, and tells its sender again: the receipt may have died with a daemon", async () => {
    await say("a");
    await journal.finish({
      seq: 1,
      key: leaseKey(message("a")),
      stage: "done",
      outcome: "error",
      at: clock.now(),
    });
    const mailbox = await open();
    await mailbox.refill();
    expect(mailbox.held()).toEqual([]);
    expect((await pending())?.ackPending).toBe(0);
    expect(stages).toEqual(["a done error"]);
  });

  it("acknowledges an end only when its receipt is on disk", async () => {
    const mailbox = await open();
    await say("a");
    await mailbox.refill();
    let written: () => void = () => undefined;
    receiptOnDisk = new Promise((resolve) => (written = resolve));
    const [lease] = mailbox.held();
    const finished = lease && mailbox.finish(lease, { outcome: "done" });
    await expect.poll(() => stages).toEqual(["a done done"]);
    expect((await pending())?.ackPending).toBe(1);
    written();
    await finished;
    expect((await pending())?.ackPending).toBe(0);
  });

  it("does not offer again what is being ended while the server delivers it once more", async () => {
    const mailbox = await open();
    await say("a");
    await mailbox.refill();
    const [lease] = mailbox.held();
    const finished = lease && mailbox.finish(lease, { outcome: "done" });
    await lease?.delivery.nak();
    await mailbox.refill();
    await finished;
    expect(mailbox.held()).toEqual([]);
    expect((await pending())?.ackPending).toBe(0);
  });

  it("keeps what it could not end for want of a disk, and ends it later", async () => {
    const mailbox = await open();
    await say("a");
    await mailbox.refill();
    await offer(mailbox);
    mailbox.prove(mailbox.held()[0]?.offer?.nonce ?? "", "request");
    const finish = vi.spyOn(journal, "finish").mockRejectedValueOnce(new FleetError("storage", "no space"));
    await expect(mailbox.endTurn({ outcome: "done" })).rejects.toThrow("no space");
    expect(mailbox.held()).toMatchObject([{ phase: "shown" }]);
    await mailbox.endTurn({ outcome: "done" });
    expect(finish).toHaveBeenCalledTimes(2);
    expect(stages.at(-1)).toBe("a done done");
  });

  it("buries what is no message and goes on with the next", async () => {
    await bus.publish({
      subject: "fleet.main.inbox.lab.web.lab.api",
      headers: {},
      data: Buffer.from("junk"),
      dedupeId: "x",
    });
    await say("a");
    const mailbox = await open();
    await mailbox.refill();
    expect(buried).toHaveLength(1);
    expect(mailbox.waiting().map((lease) => lease.message.id)).toEqual(["a"]);
  });

  it("expires what is past its deadline, and tells", async () => {
    const mailbox = await open();
    await say("a", { expiresAt: new Date(clock.now() + 1000).toISOString() });
    await mailbox.refill();
    await clock.advance(2000);
    expect(mailbox.waiting()).toEqual([]);
    await expect.poll(async () => (await pending())?.ackPending).toBe(0);
    expect(stages).toEqual(["a expired"]);
  });

  it("gives up on a message that was shown eight times without an end", async () => {
    const mailbox = await open();
    await say("a");
    await mailbox.refill();
    for (let show = 0; show < maxShows; show += 1) {
      await offer(mailbox);
      mailbox.prove(mailbox.held()[0]?.offer?.nonce ?? "", "request");
      await mailbox.offerAgain(mailbox.held());
    }
    expect(mailbox.held()).toEqual([]);
    expect(buried).toEqual(["shown 8 times without an end"]);
    expect(stages.at(-1)).toBe("a dead");
  });

  it("cancels what nobody was offered, and nothing else", async () => {
    const mailbox = await open();
    await say("a");
    await say("b");
    await mailbox.refill();
    const [a, b] = mailbox.held();
    if (a === undefined || b === undefined) throw new Error("two were sent");
    expect(await mailbox.cancel(a)).toBe(true);
    await offer(mailbox);
    expect(await mailbox.cancel(b)).toBe(false);
  });

  it("gives everything back when it closes, so that the next one gets it", async () => {
    const mailbox = await open();
    await say("a");
    await mailbox.refill();
    await offer(mailbox);
    await mailbox.release();
    const next = await open();
    await next.refill();
    expect(next.waiting().map((lease) => [lease.message.id, lease.offers])).toEqual([["a", 1]]);
  });
});
