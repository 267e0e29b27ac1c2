import { describe, expect, test } from "vitest";
import { fakeClock } from "../../testing/fake-clock.ts";
import {
  firstRung,
  nextRung,
  type Climbed,
  type LadderFacts,
  type LadderRung,
  type Presence,
} from "./ladder.ts";

const minute = 60_000;
const start = Date.UTC(2026, 0, 1);
const desktop: LadderRung = { adapter: "desktop", isLocal: true };
const phone: LadderRung = { adapter: "phone", isLocal: false };
const mail: LadderRung = { adapter: "mail", isLocal: false };
const all = [desktop, phone, mail];

const facts = (change: Partial<LadderFacts> = {}): LadderFacts => ({
  ...{ via: all, escalateAfterMs: 5 * minute, climbed: [], sinceMs: start, nowMs: start },
  ...change,
});
const climbed = (adapter: string, state: Climbed["state"], sinceMs = start): Climbed => ({
  adapter,
  state,
  sinceMs,
});

describe("the first step", () => {
  test.each<readonly [Presence, readonly LadderRung[], string]>([
    ["here", all, "desktop"],
    ["away", all, "phone"],
    ["here", [phone, desktop, mail], "desktop"],
    ["away", [phone, desktop], "phone"],
    ["here", [phone, mail], "phone"],
    ["away", [desktop], "desktop"],
  ])("of a human who is %s, with %j, is %s", (presence, via, adapter) => {
    expect(firstRung(facts({ via }), presence)).toEqual({ type: "begin", adapter });
  });

  test("of one who watches that very pane is nothing, until its time is over", () => {
    const untilMs = start + 5 * minute;
    expect(firstRung(facts(), "watching")).toEqual({ type: "wait", untilMs });
    expect(firstRung(facts({ nowMs: untilMs - 1 }), "watching")).toEqual({ type: "wait", untilMs });
    expect(firstRung(facts({ nowMs: untilMs }), "watching")).toEqual({ type: "begin", adapter: "desktop" });
  });

  test("is asked for as long as nothing was begun; with nobody to tell it has ended", () => {
    expect(nextRung(facts({ nowMs: start + 60 * minute }))).toEqual({ type: "first" });
    expect(nextRung(facts({ via: [] }))).toEqual({ type: "ended" });
    expect(firstRung(facts({ via: [] }), "here")).toEqual({ type: "ended" });
  });
});

describe("the next step", () => {
  const due = start + 5 * minute;

  test.each<readonly [string, readonly Climbed[], number, ReturnType<typeof nextRung>]>([
    ["waits for its time", [climbed("desktop", "sent")], due - 1, { type: "wait", untilMs: due }],
    ["comes at its time", [climbed("desktop", "sent")], due, { type: "begin", adapter: "phone" }],
    [
      "comes also where the last one is still being tried",
      [climbed("desktop", "trying")],
      due,
      { type: "begin", adapter: "phone" },
    ],
    [
      "waits for one that is being tried",
      [climbed("phone", "trying")],
      due - 1,
      { type: "wait", untilMs: due },
    ],
    [
      "comes at once where the last one failed",
      [climbed("desktop", "failed")],
      start,
      { type: "begin", adapter: "phone" },
    ],
    [
      "never comes before one that is held",
      [climbed("desktop", "held")],
      due + 600 * minute,
      { type: "wait" },
    ],
    [
      "counts from the release of one that was held",
      [climbed("desktop", "sent", due)],
      due + 1,
      { type: "wait", untilMs: due + 5 * minute },
    ],
    [
      "does not go back to what was passed over",
      [climbed("phone", "sent")],
      due,
      { type: "begin", adapter: "mail" },
    ],
    ["is none after the last", [climbed("mail", "sent")], due, { type: "ended" }],
    [
      "is none before the last one's time is over",
      [climbed("mail", "sent")],
      due - 1,
      { type: "wait", untilMs: due },
    ],
    [
      "is none at once where the last one failed",
      [climbed("phone", "sent"), climbed("mail", "failed")],
      start,
      { type: "ended" },
    ],
    [
      "is the first not begun where the config names the last one no more",
      [climbed("desktop", "sent"), climbed("pager", "sent")],
      due,
      { type: "begin", adapter: "phone" },
    ],
  ])("%s", (_, steps, nowMs, verdict) => {
    expect(nextRung(facts({ climbed: steps, nowMs }))).toEqual(verdict);
  });

  test("all of it on a clock: away, phone after nothing, mail after five minutes, the end after five more", async () => {
    const clock = fakeClock(start);
    const steps: Climbed[] = [];
    const told: (readonly [string, number])[] = [];
    for (let tick = 0; tick < 20; tick += 1) {
      const now = facts({ climbed: steps, nowMs: clock.now() });
      const asked = nextRung(now);
      const verdict = asked.type === "first" ? firstRung(now, "away") : asked;
      if (verdict.type === "begin") steps.push(climbed(verdict.adapter, "sent", clock.now()));
      if (verdict.type === "begin") told.push([verdict.adapter, clock.now() - start]);
      if (verdict.type === "ended") told.push(["ended", clock.now() - start]);
      if (verdict.type === "ended") break;
      await clock.advance(minute);
    }
    expect(told).toEqual([
      ["phone", 0],
      ["mail", 5 * minute],
      ["ended", 10 * minute],
    ]);
  });
});
