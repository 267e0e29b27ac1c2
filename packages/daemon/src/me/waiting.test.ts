import {
  decodeEvent,
  encodeEvent,
  FleetError,
  subjectsOf,
  type FleetEvent,
  type Message,
  type SessionRecord,
} from "@fleetbus/core";
import { fakeClock, memoryBus } from "@fleetbus/core/testing";
import { describe, expect, test } from "vitest";
import type { Waiting } from "./ladder.ts";
import { waitingOn } from "./waiting.ts";

const start = Date.UTC(2026, 0, 1);
const record: SessionRecord = {
  ...{ machine: "lab", name: "web", display: "web", cli: "claude", tool: "Bash", state: "waiting" },
  ...{ stateSince: new Date(start).toISOString(), startedAt: "", seenAt: "", hooked: true, wake: true },
  ...{ idleGeneration: 0, lastEventId: "e9" },
};
const request = (change: Partial<FleetEvent> = {}): FleetEvent => ({
  ...{ id: "p1", kind: "permission.requested", from: { machine: "lab", session: "web" } },
  ...{ time: record.stateSince, origin: "agent", data: { cli: "claude", tool: "Bash" }, ...change },
});
const message = (change: Partial<Message>): { readonly message: Message } => ({
  message: {
    ...{ id: "m1", from: { machine: "lab", session: "api" }, to: { machine: "lab", session: "me" } },
    ...{ kind: "request", type: "message", priority: "normal", mode: "turn", hop: 0, body: "b" },
    ...{ origin: "agent", time: record.stateSince, thread: "m1", ...change },
  },
});

interface World {
  readonly events?: readonly FleetEvent[];
  readonly records?: readonly SessionRecord[];
  readonly mail?: readonly { readonly message: Message }[];
  readonly spooled?: number;
}

async function look({ events = [], records = [], mail, spooled = 0 }: World): Promise<Waiting> {
  const bus = memoryBus({ ns: "main", clock: fakeClock(start) });
  for (const event of events) await bus.publish(encodeEvent("main", event));
  const mailbox = { held: () => mail ?? [], catchUp: () => Promise.resolve() };
  const away = () => Promise.reject(new FleetError("unavailable", "opening: the server is away"));
  const deps = {
    ...{ machine: "lab", bus, subjects: subjectsOf("main"), registry: { live: () => records } },
    codec: { decodeEvent: (incoming: Parameters<typeof decodeEvent>[1]) => decodeEvent("main", incoming) },
    mailboxes: { find: () => (mail === undefined ? undefined : mailbox), open: away },
    outbox: { pending: () => Array.from({ length: spooled }) },
  };
  const noSleepers = { matters: () => [], isOver: () => Promise.resolve(false) };
  return waitingOn(deps, noSleepers)();
}
const knows = async ({ isOver }: Waiting) => ({
  message: await isOver("message", request()),
  permission: await isOver("permission", request()),
  sleeper: await isOver("sleeper", request()),
});
const ids = ({ matters }: Waiting) => matters.map(({ event }) => event.id);

describe("what waits for the human", () => {
  test("is what the mailbox holds but notes and low priority; without the server nothing is known of it", async () => {
    const mail = [message({}), message({ id: "m2", kind: "note" }), message({ id: "m3", priority: "low" })];
    const known = await look({ mail });
    const { matters } = known;
    expect(matters.map((matter) => matter.message?.id)).toEqual(["m1"]);
    expect(await knows(known)).toEqual({ message: true, permission: true, sleeper: false });
    expect(await knows(await look({}))).toMatchObject({ message: false, permission: true });
  });

  test("is the very request that a session waits with, not an older one nor a sub-agent's", async () => {
    const old = request({ id: "p0", time: new Date(start - 30_000).toISOString() });
    const sub = request({ id: "ps", data: { cli: "claude", agentId: "a1" } });
    expect(ids(await look({ mail: [], records: [record], events: [old, sub, request()] }))).toEqual(["p1"]);
    expect(
      ids(await look({ mail: [], records: [{ ...record, state: "busy" }], events: [request()] })),
    ).toEqual([]);
  });

  test("is found under the name that the session bore then", async () => {
    const formerly = [{ id: "e1", name: "web", after: 0, upTo: 0, until: record.stateSince }];
    const records = [{ ...record, name: "site", formerly }];
    expect(ids(await look({ mail: [], records, events: [request()] }))).toEqual(["p1"]);
  });

  test("is not known while the request is in the spool, and made up of the record where EVENTS has lost it", async () => {
    const spooled = await look({ mail: [], records: [record], spooled: 1 });
    expect([ids(spooled), (await knows(spooled)).permission]).toEqual([[], false]);
    const [made, again] = [
      await look({ mail: [], records: [record] }),
      await look({ mail: [], records: [record] }),
    ];
    expect(made.matters[0]?.event.data).toEqual({ cli: "claude", tool: "Bash" });
    expect(ids(made)).toEqual(ids(again));
  });
});
