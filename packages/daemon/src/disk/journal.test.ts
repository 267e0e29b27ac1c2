import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@fleetbus/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openJournal, type FinalRecord } from "./journal.ts";

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "fleet-journal-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const final = (key: string): FinalRecord => ({ seq: 1, key, stage: "done", at: systemClock.now() });

describe("the journal", () => {
  it("[case 49] has noted an end also where it could not be made smaller then: it is not offered again", async () => {
    const journal = await openJournal(dir, systemClock);
    await rm(dir, { recursive: true }); // no new segment can be made, the open one takes more
    const key = "k".repeat(9 * 1024 * 1024);
    await journal.finish(final(key));
    expect(journal.ended(key)?.stage).toBe("done");
    await journal.finish(final("next"));
    expect(journal.ended("next")?.stage).toBe("done");
    await journal.close();
  });

  it("forgets what it held for sessions that never came back, once their messages are gone", async () => {
    const journal = await openJournal(dir, systemClock);
    const held = { ack: "", offers: 1, shows: 0 };
    await journal.hold({ ...held, seq: 1, key: "gone" });
    await journal.hold({ ...held, seq: 2, key: "there" });
    journal.forgetBefore(2);
    await journal.close();
    expect(journal.held().map((record) => record.key)).toEqual(["there"]);
  });
});
