import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { offer, prove, surroundings, type Surroundings } from "./mailbox.test.support.ts";

let at: Surroundings;

beforeEach(async () => {
  at = await surroundings();
});
afterEach(() => at.close());

describe("a mailbox", () => {
  it("holds what is stored before a refill, oldest first", async () => {
    const mailbox = await at.open();
    await at.say("a");
    await at.say("b");
    await mailbox.refill();
    expect(mailbox.waiting().map((lease) => lease.message.id)).toEqual(["a", "b"]);
  });

  it("[case 49] offers again, under another nonce, what never reached the model", async () => {
    const mailbox = await at.open();
    await at.say("a");
    await mailbox.refill();
    await offer(mailbox);
    const first = mailbox.held()[0]?.offer?.nonce;
    await mailbox.offerAgain(mailbox.endTurn({ outcome: "done" }).unproved);
    await offer(mailbox);
    expect(mailbox.held()[0]).toMatchObject({ offers: 2, phase: "offered" });
    expect(mailbox.held()[0]?.offer?.nonce).not.toBe(first);
    expect(at.stages).toEqual([]);
  });

  it("knows after a restart how often a message was offered and shown", async () => {
    const mailbox = await at.open();
    await at.say("a");
    await mailbox.refill();
    await offer(mailbox);
    prove(mailbox);
    await at.reopenJournal();
    for (const { ack } of at.journal.held()) await at.bus.settle(ack, "nak");
    const next = await at.open();
    await next.refill();
    expect(next.waiting()).toMatchObject([{ offers: 1, shows: 1, phase: "waiting" }]);
  });

  it("buries what is no message and goes on with the next", async () => {
    await at.bus.publish({
      subject: "fleet.main.inbox.lab.web.lab.api",
      headers: {},
      data: Buffer.from("junk"),
      dedupeId: "x",
    });
    await at.say("a");
    const mailbox = await at.open();
    await mailbox.refill();
    expect(at.buried).toHaveLength(1);
    expect(mailbox.waiting().map((lease) => lease.message.id)).toEqual(["a"]);
  });

  it("gives everything back when it closes, so that the next one gets it", async () => {
    const mailbox = await at.open();
    await at.say("a");
    await mailbox.refill();
    await offer(mailbox);
    await mailbox.release();
    const next = await at.open();
    await next.refill();
    expect(next.waiting().map((lease) => [lease.message.id, lease.offers])).toEqual([["a", 1]]);
  });

  it("fetches on when one of as many as it may hold has ended", async () => {
    const mailbox = await at.open();
    for (let number = 0; number < 1001; number += 1) await at.say(`m${number}`);
    await mailbox.refill();
    expect(mailbox.held()).toHaveLength(1000);
    const [first] = mailbox.held();
    if (first !== undefined) await mailbox.finish(first, { outcome: "done" });
    await expect.poll(() => mailbox.held().at(-1)?.message.id).toBe("m1000");
  });

  it("[want 7] holds what is stored although the server says at first that nothing is there", async () => {
    const mailbox = await at.open();
    await at.say("a");
    at.blindFetches = 3;
    const caughtUp = mailbox.catchUp(new AbortController().signal);
    for (let pause = 0; pause < 3; pause += 1) await at.clock.advance(10);
    await caughtUp;
    expect(mailbox.waiting().map((lease) => lease.message.id)).toEqual(["a"]);
    expect(at.blindFetches).toBe(0);
  });

  it("waits for nothing that was ended before it opened", async () => {
    await at.say("a");
    const before = await at.open();
    await before.start();
    const [lease] = before.held();
    if (lease !== undefined) await before.finish(lease, { outcome: "done" });
    const mailbox = await at.open();
    await mailbox.start();
    await expect(mailbox.catchUp(new AbortController().signal)).resolves.toBeUndefined();
  });

  it("does not wait for ever for what never comes", async () => {
    const mailbox = await at.open();
    await at.say("a");
    at.blindFetches = 1000;
    const enough = new AbortController();
    const caughtUp = mailbox.catchUp(enough.signal);
    enough.abort();
    await expect(caughtUp).resolves.toBeUndefined();
    expect(mailbox.held()).toEqual([]);
  });
});
