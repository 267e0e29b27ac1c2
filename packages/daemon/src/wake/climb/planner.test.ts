import { newMessage, idSource, systemClock, type SessionRecord, type WakeAttempt } from "@fleetbus/core";
import type { Delivery } from "@fleetbus/core/bus";
import { fakeClock } from "@fleetbus/core/testing";
import { describe, expect, it } from "vitest";
import type { Lease } from "../../inbox/lease.ts";
import { budget, type Budget } from "../budget.ts";
import { WakePlanner } from "./planner.ts";

const at = "2026-01-01T00:00:00.000Z";
const web: SessionRecord = {
  ...{ machine: "lab", name: "web", display: "web", cli: "demo", state: "idle", stateSince: at },
  ...{ startedAt: at, seenAt: at, hooked: true, wake: true, idleGeneration: 1, lastEventId: "a" },
};

const never = () => Promise.reject(new Error("nothing settles these"));
const delivery: Delivery = {
  ...{
    ackSubject: "a",
    subject: "s",
    headers: {},
    data: new Uint8Array(),
    seq: 1,
    time: 0,
    deliveries: 1,
  },
  ...{ ack: never, nak: never, working: never },
};

function leaseOf(body: string): Lease {
  const input = { from: { machine: "lab", session: "me" }, to: { machine: "lab", session: "web" }, body };
  const message = newMessage(
    { ...input, origin: "human" },
    { ids: idSource(systemClock), clock: systemClock },
  );
  return { message, delivery, phase: "waiting", offers: 0, shows: 0, wakes: 0 };
}

/** On a machine that does much else. */
const soon = { timeout: 20_000 };

const freely = () => budget({ count: 100, perMs: 1000 }, systemClock);

/** A planner before one idle session whose every wake is skipped at once, by an adapter that had begun to act or not. */
function stage(
  hasActed = false,
  listen = (): Partial<SessionRecord> => ({}),
  how = "skipped",
  perSession = freely(),
) {
  const waiting: Lease[] = [];
  const told: (readonly [string, string])[] = [];
  const attempts: WakeAttempt[] = [];
  let record = web;
  const planner = new WakePlanner({
    machine: "lab",
    clock: systemClock,
    perSession,
    perFleet: freely(),
    session: () => record,
    wakeful: () => waiting,
    mayWake: () => true,
    rungs: () => ["tmux"],
    listen: () => Promise.resolve(void (record = { ...record, ...listen() })),
    text: () => "a pointer",
    publish: (attempt) => {
      attempts.push(attempt);
      if (how === "proved") planner.prompted("web", [attempt.nonce]);
      else planner.reported(attempt.nonce, "a shell runs in the pane", hasActed);
      return Promise.resolve();
    },
    woken: () => undefined,
    asleep: (leases, reason) => leases.forEach(({ message }) => told.push([message.body, reason])),
    onResult: () => undefined,
    onError: (error) => {
      throw error;
    },
  });
  const arrive = (body: string) => {
    waiting.push(leaseOf(body));
    planner.changed("web");
  };
  const nextPeriod = () => (record = { ...record, idleGeneration: record.idleGeneration + 1 });
  return { planner, told, attempts, waiting, arrive, nextPeriod };
}

const reason = "tmux: a shell runs in the pane";

describe("a session that could not be woken", () => {
  it("is left alone for this idle period, and each sender learns why, those that come later too", async () => {
    const { planner, told, attempts, arrive } = stage();
    arrive("first");
    await expect.poll(() => told, soon).toEqual([["first", reason]]);
    arrive("second");
    planner.changed("web");
    expect(told).toEqual([
      ["first", reason],
      ["second", reason],
    ]);
    expect(attempts).toHaveLength(1);
  });

  it("is typed into once more when the first text was lost, as new text, and no third time", async () => {
    const { told, attempts, arrive } = stage(true);
    arrive("first");
    await expect.poll(() => told, soon).toEqual([["first", reason]]);
    expect(attempts.map(({ isRetry }) => isRetry)).toEqual([false, false]);
    // So that what the first one left in the composer is known as our own.
    expect(new Set(attempts.map(({ nonce }) => nonce)).size).toBe(1);
  });

  it("is tried again in the next one, and when somebody asks", async () => {
    const { planner, told, attempts, arrive, nextPeriod } = stage();
    arrive("first");
    await expect.poll(() => told.length, soon).toBe(1);
    nextPeriod();
    planner.changed("web");
    await expect.poll(() => attempts.length, soon).toBe(2);
    await expect.poll(() => told.length, soon).toBe(2);
    planner.retry("web");
    await expect.poll(() => attempts.length, soon).toBe(3);
  });
});

describe("[row 81] a session that was woken", () => {
  const perMs = 60_000;
  /** One wake a minute, by a clock that only the test moves; says when it was asked. */
  function cooldown() {
    const clock = fakeClock(0);
    const rate = budget({ count: 1, perMs }, clock);
    const asked: number[] = [];
    const freeIn: Budget["freeIn"] = (key) => {
      const ms = rate.freeIn(key);
      asked.push(ms);
      return ms;
    };
    return { clock, asked, rate: { ...rate, freeIn } };
  }

  it("is let sleep until its budget allows the next wake, and then woken without being asked again", async () => {
    const { clock, asked, rate } = cooldown();
    const { planner, attempts, arrive, nextPeriod } = stage(false, () => ({}), "proved", rate);
    arrive("first");
    await expect.poll(() => attempts.length, soon).toBe(1);
    nextPeriod();
    arrive("second");
    await expect.poll(() => asked, soon).toContain(perMs);
    expect(attempts).toHaveLength(1);
    await clock.advance(perMs);
    planner.changed("web");
    await expect.poll(() => attempts.length, soon).toBe(2);
  });

  it("spends nothing on attempts that chose not to act", async () => {
    const { asked, rate } = cooldown();
    const { told, arrive, nextPeriod } = stage(false, () => ({}), "skipped", rate);
    arrive("first");
    await expect.poll(() => told.length, soon).toBe(1);
    nextPeriod();
    arrive("second");
    await expect.poll(() => told.length, soon).toBe(3);
    expect(asked.every((ms) => ms === 0)).toBe(true);
  });
});

describe("[case 38] whom the human is told of", () => {
  it("is a session for which every rung has failed, until its mail is taken, it works, or it is tried again", async () => {
    const { planner, told, waiting, arrive, nextPeriod } = stage();
    expect(planner.sleepers()).toEqual([]);
    arrive("first");
    expect(planner.sleepers()).toEqual([]);
    await expect.poll(() => told.length, soon).toBe(1);
    expect(planner.sleepers()).toMatchObject([{ name: "web", generation: 1, reason }]);
    const [lease] = waiting.splice(0);
    expect(planner.sleepers()).toEqual([]);
    if (lease !== undefined) waiting.push(lease);
    nextPeriod();
    expect(planner.sleepers()).toEqual([]);
  });

  it("is no session that a rung has woken", async () => {
    const { planner, attempts, arrive } = stage(false, () => ({}), "proved");
    arrive("first");
    await expect.poll(() => attempts.length, soon).toBe(1);
    await expect.poll(() => planner.sleepers(), soon).toEqual([]);
  });
});

describe("a session whose hooks turn out to be silent", () => {
  const drift = "it answered and no hook told of it";
  const silent = `its hooks are silent (${drift}): restart it, or see /hooks in it`;

  it("is not woken by any rung, and its sender learns why", async () => {
    const { told, attempts, arrive } = stage(true, () => ({ drift }));
    arrive("first");
    await expect.poll(() => told, soon).toEqual([["first", `tmux: ${silent}`]]);
    expect(attempts).toEqual([]);
  });

  it("is not typed into a second time", async () => {
    let looks = 0;
    const { told, attempts, arrive } = stage(true, () => (++looks > 1 ? { drift } : {}));
    arrive("first");
    await expect.poll(() => told, soon).toEqual([["first", `tmux: ${silent}`]]);
    expect(attempts).toHaveLength(1);
  });
});
