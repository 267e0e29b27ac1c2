import { FleetError } from "@fleetbus/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { leaseKey } from "./lease.ts";
import { maxShows } from "./endings.ts";
import { offer, prove, surroundings, type Surroundings } from "./mailbox.test.support.ts";

let at: Surroundings;

beforeEach(async () => {
  at = await surroundings();
});
afterEach(() => at.close());

describe("the end of a message", () => {
  it("[want 3] acknowledges a shown message at its turn's end, not when it was offered or shown", async () => {
    const mailbox = await at.open();
    await at.say("a");
    await mailbox.refill();
    await offer(mailbox);
    prove(mailbox);
    expect((await at.pending())?.ackPending).toBe(1);
    await mailbox.endTurn({ outcome: "done" }).ended;
    expect((await at.pending())?.ackPending).toBe(0);
    expect(at.stages).toEqual(["a shown request", "a done done"]);
  });

  it("acknowledges what has a final record already, and tells its sender again: the receipt may have died with a daemon", async () => {
    await at.say("a");
    await at.journal.finish({
      seq: 1,
      key: leaseKey(at.message("a")),
      stage: "done",
      outcome: "error",
      at: at.clock.now(),
    });
    const mailbox = await at.open();
    await mailbox.refill();
    expect(mailbox.held()).toEqual([]);
    expect((await at.pending())?.ackPending).toBe(0);
    expect(at.stages).toEqual(["a done error"]);
  });

  it("acknowledges an end only when its receipt is on disk", async () => {
    const mailbox = await at.open();
    await at.say("a");
    await mailbox.refill();
    let written: () => void = () => undefined;
    at.receiptOnDisk = new Promise((resolve) => (written = resolve));
    const [lease] = mailbox.held();
    const finished = lease && mailbox.finish(lease, { outcome: "done" });
    await expect.poll(() => at.stages).toEqual(["a done done"]);
    expect((await at.pending())?.ackPending).toBe(1);
    written();
    await finished;
    expect((await at.pending())?.ackPending).toBe(0);
  });

  it("does not offer again what is being ended while the server delivers it once more", async () => {
    const mailbox = await at.open();
    await at.say("a");
    await mailbox.refill();
    const [lease] = mailbox.held();
    const finished = lease && mailbox.finish(lease, { outcome: "done" });
    await lease?.delivery.nak();
    await mailbox.refill();
    await finished;
    expect(mailbox.held()).toEqual([]);
    expect((await at.pending())?.ackPending).toBe(0);
  });

  it("keeps what it could not end for want of a disk, and ends it later", async () => {
    const mailbox = await at.open();
    await at.say("a");
    await mailbox.refill();
    await offer(mailbox);
    prove(mailbox);
    const finish = vi
      .spyOn(at.journal, "finish")
      .mockRejectedValueOnce(new FleetError("storage", "no space"));
    await expect(mailbox.endTurn({ outcome: "done" }).ended).rejects.toThrow("no space");
    expect(mailbox.held()).toMatchObject([{ phase: "shown" }]);
    await mailbox.endTurn({ outcome: "done" }).ended;
    expect(finish).toHaveBeenCalledTimes(2);
    expect(at.stages.at(-1)).toBe("a done done");
  });

  it("ends what the disk refused as soon as the disk takes it, without another turn, as its own turn ended", async () => {
    const mailbox = await at.open();
    await at.say("a");
    await mailbox.refill();
    await offer(mailbox);
    prove(mailbox);
    vi.spyOn(at.journal, "finish").mockRejectedValueOnce(new FleetError("storage", "no space"));
    await expect(mailbox.endTurn({ outcome: "error" }).ended).rejects.toThrow("no space");
    mailbox.expire(); // as the daemon does each second
    await expect.poll(async () => (await at.pending())?.ackPending).toBe(0);
    expect(mailbox.held()).toEqual([]);
    expect(at.stages.at(-1)).toBe("a done error");
  });

  it("does not offer again what has ended and waits for the disk only", async () => {
    const mailbox = await at.open();
    await at.say("a");
    await mailbox.refill();
    await offer(mailbox);
    prove(mailbox);
    vi.spyOn(at.journal, "finish").mockRejectedValueOnce(new FleetError("storage", "no space"));
    await expect(mailbox.endTurn({ outcome: "done" }).ended).rejects.toThrow("no space");
    await mailbox.offerAgain(mailbox.held());
    expect(mailbox.waiting()).toEqual([]);
    await mailbox.release();
    expect(at.stages.at(-1)).toBe("a done done");
    expect((await at.pending())?.ackPending).toBe(0);
  });

  it("expires what is past its deadline, and tells", async () => {
    const mailbox = await at.open();
    await at.say("a", { expiresAt: new Date(at.clock.now() + 1000).toISOString() });
    await mailbox.refill();
    await at.clock.advance(2000);
    expect(mailbox.waiting()).toEqual([]);
    await expect.poll(async () => (await at.pending())?.ackPending).toBe(0);
    expect(at.stages).toEqual(["a expired"]);
  });

  it("gives up on a message that was shown eight times without an end", async () => {
    const mailbox = await at.open();
    await at.say("a");
    await mailbox.refill();
    for (let show = 0; show < maxShows; show += 1) {
      await offer(mailbox);
      prove(mailbox);
      await mailbox.offerAgain(mailbox.held());
    }
    expect(mailbox.held()).toEqual([]);
    expect(at.buried).toEqual(["shown 8 times without an end"]);
    expect(at.stages.at(-1)).toBe("a dead");
  });

  it("cancels what nobody was offered, and nothing else", async () => {
    const mailbox = await at.open();
    await at.say("a");
    await at.say("b");
    await mailbox.refill();
    const [a, b] = mailbox.held();
    if (a === undefined || b === undefined) throw new Error("two were sent");
    expect(await mailbox.cancel(a)).toBe(true);
    await offer(mailbox);
    expect(await mailbox.cancel(b)).toBe(false);
  });
});
