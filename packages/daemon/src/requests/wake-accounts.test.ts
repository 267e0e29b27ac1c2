import { encodeEvent, subjectsOf, systemClock, type Receipt, type SessionRecord } from "@fleetbus/core";
import { memoryBus } from "@fleetbus/core/testing";
import { expect, test } from "vitest";
import { nameHistory } from "../session/names.ts";
import { codecOf } from "./codec.ts";
import { wakeAccounts } from "./wake-accounts.ts";

const ns = "main";
const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const addressOf = (session: string) => ({ machine: "lab", session });

const receipt = (stage: Receipt["stage"], second: number): Receipt => ({
  ...{ id: "m1", from: addressOf("me"), to: addressOf("wk"), stage, time: at(second) },
});

/** The session that is called `web` now and was `wk` until the sixth second. */
const renamed: SessionRecord = {
  ...{ machine: "lab", name: "web", display: "web", cli: "claude", state: "idle", stateSince: at(0) },
  ...{ startedAt: at(0), seenAt: at(9), hooked: true, wake: true, idleGeneration: 1, lastEventId: "e" },
  formerly: [{ id: "r1", name: "wk", after: 0, upTo: 7, until: at(6) }],
};

/** The accounts of a message to `wk` at the second second, where its turn is accounted for under that name. */
async function accountsUnder(session: string, second: number, sessions: readonly SessionRecord[]) {
  const bus = memoryBus({ ns, clock: systemClock });
  const data = { cli: "claude", rung: "rewake", since: at(2), durationMs: 6000 };
  const told = { kind: "turn.accounted", from: addressOf(session), origin: "system" as const, data };
  await bus.publish(encodeEvent(ns, { ...told, id: "e1", time: at(second) }));
  const names = nameHistory(() => sessions);
  const edge = { bus, machine: "lab", subjects: subjectsOf(ns), codec: codecOf(ns), names };
  return wakeAccounts(edge, [receipt("stored", 1), receipt("woken", 2)], AbortSignal.timeout(5000));
}

test.each<readonly [what: string, session: string, second: number, records: readonly SessionRecord[]]>([
  ["of a session that keeps its name", "wk", 8, []],
  ["of one that was renamed in that turn", "web", 8, [renamed]],
  ["of one that was renamed after it", "wk", 5, [renamed]],
])("tells what a wake cost %s", async (_, session, second, records) => {
  const name = records.length === 0 ? "lab/wk" : "lab/web";
  expect(await accountsUnder(session, second, records)).toEqual([
    { session: name, rung: "rewake", durationMs: 6000 },
  ]);
});

test("tells nothing of another session that has taken the name since", async () => {
  expect(await accountsUnder("wk", 8, [renamed])).toEqual([]);
});
