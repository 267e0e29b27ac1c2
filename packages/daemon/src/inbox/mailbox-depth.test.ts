import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { surroundings, type Surroundings } from "./mailbox.test.support.ts";
import type { Mailbox } from "./mailbox.ts";

let at: Surroundings;

beforeEach(async () => {
  at = await surroundings({ depth: 3 });
});
afterEach(() => at.close());

const note = { kind: "note" } as const;
const ids = (mailbox: Mailbox) => mailbox.held().map((lease) => lease.message.id);
const deferred = () => at.stages.filter((stage) => stage.includes("deferred")).sort();

async function sayNotes(count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) await at.say(`n${number}`, note);
}

describe("a mailbox with as much as it may hold", () => {
  it("holds the oldest, and tells each other sender once that it waits", async () => {
    const mailbox = await at.open();
    await sayNotes(5);
    await mailbox.refill();
    await mailbox.refill();
    expect(ids(mailbox)).toEqual(["n0", "n1", "n2"]);
    expect(mailbox.deferred().map(({ message }) => message.id)).toEqual(["n3", "n4"]);
    expect(deferred()).toEqual(["n3 deferred", "n4 deferred"]);
  });

  it("takes what is urgent in place of the newest note, whose sender is told", async () => {
    const mailbox = await at.open();
    await sayNotes(5);
    await at.say("u", { priority: "urgent" });
    await mailbox.refill();
    expect(mailbox.waiting().map((lease) => lease.message.id)).toEqual(["n0", "n1", "u"]);
    expect(deferred()).toEqual(["n2 deferred", "n3 deferred", "n4 deferred"]);
  });

  it("takes what wakes in place of a note: one that nobody is woken for would hold it back for ever", async () => {
    const mailbox = await at.open();
    await sayNotes(3);
    await at.say("r", { mode: "idle" });
    await mailbox.refill();
    expect(ids(mailbox)).toEqual(["n0", "n1", "r"]);
  });

  it("never puts back what the model was offered", async () => {
    const mailbox = await at.open();
    await sayNotes(3);
    await mailbox.refill();
    await mailbox.lease(mailbox.waiting(), "prompt.submitted", "p1");
    await at.say("u", { priority: "urgent" });
    await mailbox.refill();
    expect(ids(mailbox)).toEqual(["n0", "n1", "n2", "u"]);
  });

  it("takes the best of what waits when one has ended, and tells its sender nothing a second time", async () => {
    const mailbox = await at.open();
    await sayNotes(4);
    await at.say("r1");
    await at.say("r2");
    await at.say("r3");
    await mailbox.refill();
    expect(ids(mailbox)).toEqual(["r1", "r2", "r3"]);
    for (const lease of mailbox.held()) await mailbox.finish(lease, { outcome: "done" });
    await expect.poll(() => ids(mailbox)).toEqual(["n0", "n1", "n2"]);
    expect(mailbox.waiting()).toMatchObject([{ offers: 0 }, { offers: 0 }, { offers: 0 }]);
    expect(mailbox.deferred().map(({ message }) => message.id)).toEqual(["n3"]);
    expect(deferred()).toEqual(["n0 deferred", "n1 deferred", "n2 deferred", "n3 deferred"]);
  });

  it("tells nobody again after a restart", async () => {
    const before = await at.open();
    await sayNotes(5);
    await before.refill();
    await expect.poll(() => at.journal.held().length).toBe(5);
    await before.release();
    await at.reopenJournal();
    const mailbox = await at.open();
    await mailbox.refill();
    expect(mailbox.deferred()).toHaveLength(2);
    expect(deferred()).toEqual(["n3 deferred", "n4 deferred"]);
  });

  it("recalls and expires what waits for room like all else", async () => {
    const mailbox = await at.open();
    await sayNotes(4);
    await at.say("e", { ...note, expiresAt: new Date(at.clock.now() + 1000).toISOString() });
    await mailbox.refill();
    const entry = mailbox.find("n3");
    expect(entry && (await mailbox.cancel(entry))).toBe(true);
    await at.clock.advance(2000);
    mailbox.expire();
    await expect.poll(() => at.stages).toContain("e expired");
    expect(at.stages).toContain("n3 cancelled");
    expect(mailbox.deferred()).toEqual([]);
    await expect.poll(async () => (await at.pending())?.ackPending).toBe(3);
  });

  it("gives what waits for room to the next one of its name, too", async () => {
    const before = await at.open();
    await sayNotes(5);
    await before.refill();
    await before.release();
    const mailbox = await at.open();
    await mailbox.refill();
    expect(ids(mailbox)).toEqual(["n0", "n1", "n2"]);
    expect(mailbox.deferred()).toHaveLength(2);
  });

  it("counts what waits for room where the model reads what else there is", async () => {
    const { frameOffer } = await import("./choose.ts");
    const mailbox = await at.open();
    await sayNotes(9);
    await mailbox.refill();
    const via = { via: "prompt.submitted", promptId: "p1", maxBytes: 100_000, showHuman: false } as const;
    expect(frameOffer(mailbox, { leases: mailbox.waiting(), ...via }).text).toContain("6 more wait");
  });
});
