import { FleetError, systemClock } from "@fleetbus/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { recordOf, scriptedEvidence, type ScriptedEvidence } from "./evidence.test.support.ts";
import { offer, surroundings, type Surroundings } from "./mailbox.test.support.ts";
import type { Mailbox } from "./mailbox.ts";
import { breakTurn, endTurn, type ProofDeps } from "./proof.ts";

let at: Surroundings;
let evidence: ScriptedEvidence;
let mailbox: Mailbox;
let deps: ProofDeps;

beforeEach(async () => {
  at = await surroundings();
  evidence = scriptedEvidence();
  mailbox = await at.open();
  deps = { mailbox, record: recordOf("own.jsonl"), evidence, clock: systemClock };
});
afterEach(() => at.close());

const done = { outcome: "done" } as const;

/** Offers that many messages, and gives their nonces. */
async function offered(ids: readonly string[]): Promise<readonly string[]> {
  for (const id of ids) await at.say(id);
  await mailbox.refill();
  await offer(mailbox);
  return mailbox.held().map((lease) => lease.offer?.nonce ?? "");
}

describe("a proof that comes while a turn is being ended", () => {
  it("leaves nothing shown in a session that is idle: what came too late is offered again", async () => {
    const [first = "", second = ""] = await offered(["a", "b"]);
    let written: () => void = () => undefined;
    at.receiptOnDisk = new Promise((resolve) => (written = resolve));
    // The record has had all its time when the turn ends, and says of one only.
    evidence.requested.add(first);
    const ended = endTurn({ ...deps, limit: () => AbortSignal.abort() }, done);
    await expect.poll(() => at.stages).toContain("a done done");
    mailbox.prove(second, "request");
    written();
    await ended;
    expect(mailbox.held()).toMatchObject([{ message: { id: "b" }, phase: "waiting", offers: 1 }]);
  });
});

describe("a turn that ends while it is still being found out what the one before, broken off, left", () => {
  const brokenAndGoneOn = async () => {
    const broken = breakTurn(deps, { outcome: "interrupted" });
    await Promise.all([broken, endTurn(deps, done)]);
  };

  it("ends nothing that the model never answered: it is offered again", async () => {
    const [nonce = ""] = await offered(["a"]);
    evidence.requested.add(nonce);
    mailbox.prove(nonce, "request");
    await brokenAndGoneOn();
    expect(mailbox.held()).toMatchObject([{ message: { id: "a" }, phase: "waiting", offers: 1 }]);
    expect(at.stages).toEqual(["a shown request"]);
  });

  it("ends what the conversation kept: it was in this turn's requests", async () => {
    const [nonce = ""] = await offered(["a"]);
    for (const said of [evidence.requested, evidence.kept]) said.add(nonce);
    await brokenAndGoneOn();
    expect(mailbox.held()).toEqual([]);
    expect(at.stages).toEqual(["a shown request", "a done done"]);
  });

  it("ends what the model had answered as the turn of then ended", async () => {
    const [nonce = ""] = await offered(["a"]);
    evidence.answered.add(nonce);
    await brokenAndGoneOn();
    expect(at.stages).toEqual(["a shown request", "a done interrupted"]);
  });
});

describe("an end that the disk refuses", () => {
  const refuse = () =>
    vi.spyOn(at.journal, "finish").mockRejectedValueOnce(new FleetError("storage", "no space"));
  const atOnce = () => ({ ...deps, limit: () => AbortSignal.abort() });

  it("keeps the turn's other messages neither unproved nor shown: they end, or are offered again", async () => {
    const [first = "", second = ""] = await offered(["a", "b", "c"]);
    mailbox.prove(first, "request");
    evidence.requested.add(second);
    refuse();
    await expect(endTurn(atOnce(), done)).rejects.toThrow("no space");
    expect(mailbox.held()).toMatchObject([
      { message: { id: "a" }, phase: "shown", end: done },
      { message: { id: "c" }, phase: "waiting", offers: 1 },
    ]);
  });

  it("of an interrupted turn keeps nothing of what it left from being offered again", async () => {
    const [first = ""] = await offered(["a", "b"]);
    evidence.answered.add(first);
    refuse();
    await expect(breakTurn(atOnce(), { outcome: "error" })).rejects.toThrow("no space");
    expect(mailbox.held()).toMatchObject([
      { message: { id: "a" }, phase: "shown", end: { outcome: "error" } },
      { message: { id: "b" }, phase: "waiting", offers: 1 },
    ]);
  });

  it("stands: a turn that is interrupted afterwards does not offer its message again", async () => {
    const [first = ""] = await offered(["a"]);
    evidence.requested.add(first);
    refuse();
    await expect(endTurn(atOnce(), done)).rejects.toThrow("no space");
    await breakTurn(atOnce(), { outcome: "interrupted" });
    expect(mailbox.held()).toMatchObject([{ phase: "shown", end: done }]);
    mailbox.expire();
    await expect.poll(() => at.stages.at(-1)).toBe("a done done");
  });
});
