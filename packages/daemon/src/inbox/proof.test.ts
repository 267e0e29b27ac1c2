import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock, type SessionRecord } from "@fleetbus/core";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { evidenceOf, type FollowedEvidence } from "./evidence.ts";
import { surroundings, type Surroundings } from "./mailbox.test.support.ts";
import type { Mailbox } from "./mailbox.ts";
import { breakTurn, endTurn, type ProofDeps } from "./proof.ts";

let at: Surroundings;
let dir: string;
let evidence: FollowedEvidence;
let mailbox: Mailbox;

beforeEach(async () => {
  at = await surroundings();
  dir = await mkdtemp(join(tmpdir(), "fleet-proof-"));
  evidence = evidenceOf({
    clock: systemClock,
    onError: (error) => {
      throw error;
    },
  });
  mailbox = await at.open();
});
afterEach(async () => {
  await evidence.close();
  await at.close();
  await rm(dir, { recursive: true });
});

const done = { outcome: "done" } as const;
const interrupted = { outcome: "interrupted" } as const;

/** What a test needs to end turns of the conversation in this file. */
function depsOf(file: string): ProofDeps {
  const record: SessionRecord = {
    ...{
      machine: "lab",
      name: "web",
      display: "web",
      cli: "claude",
      state: "busy",
      hooked: true,
      wake: true,
    },
    ...{ stateSince: "", startedAt: "", seenAt: "", idleGeneration: 0, lastEventId: "" },
    transcript: join(dir, file),
  };
  return { mailbox, record, evidence, clock: systemClock };
}

/** A transcript as 2.1.329 wrote it: all before its last prompt, and the rest. */
async function halves(name: string): Promise<{ readonly before: string; readonly after: string }> {
  const text = await readFile(new URL(`fixtures/${name}.jsonl`, import.meta.url), "utf8");
  const lines = text.split("\n");
  const isPrompt = (line: string) => line.includes('"type":"user"') && !line.includes("[Request interrupted");
  const place = lines.findLastIndex(isPrompt);
  return { before: `${lines.slice(0, place).join("\n")}\n`, after: lines.slice(place).join("\n") };
}

/** Offers one message under the nonce that the recorded transcripts hold, and lets the transcript say so. */
async function offerIn(deps: ProofDeps, text: string): Promise<void> {
  await at.say("a");
  await mailbox.refill();
  const transcript = deps.record.transcript ?? "";
  await writeFile(transcript, "");
  await evidence.look(deps.record);
  for (const lease of mailbox.held())
    lease.offer = { nonce: "offered1", via: "turn.stopped", at: at.clock.now() };
  await mailbox.lease(mailbox.held(), "turn.stopped");
  await appendFile(transcript, text);
  await expect.poll(async () => (await evidence.look(deps.record))?.requested.has("offered1")).toBe(true);
}

describe("an interrupted turn", () => {
  test.each([["esc-in-a-continuation"], ["start-context"]])(
    "that the conversation keeps what it brought of (%s): it is not offered again, and ends with the next turn",
    async (name) => {
      const deps = depsOf("own.jsonl");
      const { before, after } = await halves(name);
      await offerIn(deps, before);
      await breakTurn(deps, interrupted);
      expect(mailbox.held()).toMatchObject([{ phase: "shown", offers: 1 }]);
      expect(mailbox.waiting()).toEqual([]);
      await appendFile(deps.record.transcript ?? "", after);
      await endTurn(deps, done);
      expect(mailbox.held()).toEqual([]);
      expect(at.stages).toEqual(["a shown request", "a done done"]);
    },
  );

  it("that took its prompt back: what came with it is offered again", async () => {
    const deps = depsOf("own.jsonl");
    await offerIn(deps, (await halves("esc-before-output")).before);
    await breakTurn(deps, interrupted);
    expect(mailbox.waiting()).toMatchObject([{ phase: "waiting", offers: 1 }]);
  });

  it("twice in a row keeps what the first one left", async () => {
    const deps = depsOf("own.jsonl");
    await offerIn(deps, (await halves("esc-in-a-continuation")).before);
    await breakTurn(deps, interrupted);
    await breakTurn(deps, interrupted);
    expect(mailbox.held()).toMatchObject([{ phase: "shown", offers: 1, shows: 1 }]);
  });
});

describe("what an interrupted turn left in the conversation", () => {
  beforeEach(async () => {
    const deps = depsOf("own.jsonl");
    await offerIn(deps, (await halves("esc-in-a-continuation")).before);
    await breakTurn(deps, interrupted);
  });

  it("is offered again when the next turn is another conversation's", async () => {
    await endTurn(depsOf("other.jsonl"), done);
    expect(mailbox.waiting()).toMatchObject([{ phase: "waiting", offers: 1 }]);
    expect(at.stages).toEqual(["a shown request"]);
  });

  it("is offered again when the conversation was compacted before the next turn", async () => {
    const deps = depsOf("own.jsonl");
    const compaction = { type: "system", subtype: "compact_boundary", uuid: "c1", parentUuid: null };
    await appendFile(deps.record.transcript ?? "", `${JSON.stringify(compaction)}\n`);
    await expect.poll(() => evidence.hasLost(deps.record, "offered1")).toBe(true);
    await endTurn(deps, done);
    expect(mailbox.waiting()).toMatchObject([{ phase: "waiting", offers: 1 }]);
  });
});

it("a failed turn offers again what it left: its session is woken for it, and tries once more", async () => {
  const deps = depsOf("own.jsonl");
  const { before, after } = await halves("api-error");
  await offerIn(deps, before + after);
  await breakTurn(deps, { outcome: "error" });
  expect(mailbox.waiting()).toMatchObject([{ phase: "waiting", offers: 1 }]);
});
