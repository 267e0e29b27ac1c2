import { fakeClock } from "@fleetbus/core/testing";
import type { SessionRecord } from "@fleetbus/core";
import { expect, test } from "vitest";
import { watchParked } from "./parked.ts";

const until = "2026-01-01T03:00:00.000Z";
const base: SessionRecord = {
  ...{
    machine: "lab",
    name: "web",
    display: "web",
    cli: "claude",
    state: "parked",
    hooked: true,
    wake: true,
  },
  ...{
    stateSince: "",
    startedAt: "",
    seenAt: "",
    idleGeneration: 1,
    lastEventId: "e0",
    pid: 7,
    parkedUntil: until,
  },
};

async function noted(records: readonly SessionRecord[], at: string, mayResume = true) {
  const clock = fakeClock(Date.parse(at));
  const events: string[] = [];
  const ending = new AbortController();
  const watching = watchParked(
    {
      clock,
      live: () => records,
      mayResume: () => mayResume,
      note: ({ name }, { kind, data }) => events.push(`${name} ${kind} ${String(data["until"])}`),
    },
    ending.signal,
  );
  await clock.advance(0);
  ending.abort();
  await clock.advance(5000);
  await watching;
  return events;
}

test.each([
  ["before its time", "2026-01-01T02:59:59.000Z", {}, true, []],
  ["at its time", until, {}, true, [`web session.unparked ${until}`]],
  [
    "long after it, by a daemon that was away",
    "2026-01-09T00:00:00.000Z",
    {},
    true,
    [`web session.unparked ${until}`],
  ],
  ["at its time where the config says no", until, {}, false, []],
  ["busy by now", until, { state: "busy" }, true, []],
  ["parked without a time that can be read", until, { parkedUntil: "soon" }, true, []],
] as const)("[want 11] a session %s", async (_, at, extra, mayResume, events) => {
  expect(await noted([{ ...base, ...extra }], at, mayResume)).toEqual(events);
});
