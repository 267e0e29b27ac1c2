import { setImmediate as turn } from "node:timers/promises";
import { FleetError, systemClock } from "@fleetbus/core";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { recordOf, scriptedEvidence } from "./evidence.test.support.ts";
import type { Lease } from "./lease.ts";
import { offer, surroundings } from "./mailbox.test.support.ts";
import { breakTurn, endTurn, watchOffers, type ProofDeps } from "./proof.ts";

const steps = [
  ...["say", "offer", "offer", "request", "answer", "keep", "lose"],
  ...["stop", "interrupt", "fail", "refuse", "stall", "go on", "time passes", "wait"],
] as const;
type Step = (typeof steps)[number];
const ends = ["stop", "interrupt", "fail"] as const;

/** A session that plays steps, with everything that it has under way. */
async function play() {
  const at = await surroundings();
  const mailbox = await at.open();
  const evidence = scriptedEvidence();
  const limits = new Set<AbortController>();
  const limit = () => {
    const made = new AbortController();
    limits.add(made);
    return made.signal;
  };
  const deps: ProofDeps = { mailbox, record: recordOf("own.jsonl"), evidence, clock: systemClock, limit };
  const watches: Promise<void>[] = [];
  let said = 0;
  const stalled: (() => void)[] = [];
  // Only the disk's refusal that a step asked for may be heard of.
  const end = (work: Promise<void>) => mailbox.settle(work.catch(expectRefusal));
  const newest = () => mailbox.held().findLast((lease) => lease.offer !== undefined)?.offer?.nonce;
  const write = (into: Set<string>) => {
    const nonce = newest();
    if (nonce !== undefined) into.add(nonce);
    evidence.tell();
  };
  const acts: Readonly<Record<Step, () => unknown>> = {
    say: async () => {
      await at.say(`m${(said += 1)}`);
      await mailbox.refill();
    },
    offer: async () => {
      await offer(mailbox);
      watches.push(watchOffers(deps));
    },
    request: () => write(evidence.requested),
    answer: () => write(evidence.answered),
    keep: () => write(evidence.kept),
    lose: () => write(evidence.lost),
    stop: () => end(endTurn(deps, { outcome: "done" })),
    interrupt: () => end(breakTurn(deps, { outcome: "interrupted" })),
    fail: () => end(breakTurn(deps, { outcome: "error" })),
    refuse: () => vi.spyOn(at.journal, "finish").mockRejectedValueOnce(new FleetError("storage", "no space")),
    stall: () => {
      at.receiptOnDisk = new Promise((resolve) => void stalled.push(resolve));
    },
    "go on": () => stalled.splice(0).forEach((resume) => resume()),
    "time passes": () => limits.forEach((each) => each.abort()),
    wait: turn,
  };
  return {
    ...{ at, mailbox, acts },
    /** Lets all that is under way come to its end. */
    rest: async () => {
      let isOver = false;
      const over = Promise.all([mailbox.settled(), ...watches]).finally(() => (isOver = true));
      while (!isOver) {
        acts["go on"]();
        acts["time passes"]();
        evidence.tell();
        await turn();
      }
      await over;
    },
  };
}

function expectRefusal(error: unknown): void {
  expect(error).toMatchObject({ code: "storage" });
}

/** Somebody or something still ends it, or offers it again. */
function hasFuture({ phase, offer: own, end }: Lease): boolean {
  return phase === "waiting" || own?.keptIn !== undefined || (phase === "shown" && end !== undefined);
}

test("a session that is idle, with nothing under way any more, holds nothing that neither ends nor is offered again", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...steps), { maxLength: 20 }),
      fc.constantFrom(...ends),
      async (before, last) => {
        const { at, mailbox, acts, rest } = await play();
        for (const step of ["say", ...before, last] as const) await acts[step]();
        await rest();
        expect(mailbox.held().filter((lease) => !hasFuture(lease))).toEqual([]);
        vi.restoreAllMocks();
        mailbox.expire();
        await mailbox.settled();
        expect(mailbox.held().filter(({ end }) => end !== undefined)).toEqual([]);
        await at.close();
      },
    ),
    { numRuns: 60 },
  );
});
