import { systemClock } from "@fleetbus/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { recordOf, scriptedEvidence, type ScriptedEvidence } from "./evidence.test.support.ts";
import { offer, surroundings, type Surroundings } from "./mailbox.test.support.ts";
import type { Mailbox } from "./mailbox.ts";
import { endTurn, type ProofDeps } from "./proof.ts";

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
