import { sessionRecordSchema, systemClock, type SessionRecord } from "@fleetbus/core";
import type { Bucket } from "@fleetbus/core/bus";
import { memoryBus, type MemoryBus } from "@fleetbus/core/testing";
import { beforeEach, expect, test } from "vitest";
import { roster } from "../session/roster.ts";
import { targetOf, type Places } from "./send-target.ts";

const at = "2026-01-01T00:00:00.000Z";
const from = { machine: "lab", session: "me" };
const unknown = { code: "target_unknown" };

let bus: MemoryBus;
let there: Bucket;
let reads: number;
let places: Places;

beforeEach(async () => {
  bus = memoryBus({ ns: "main", clock: systemClock });
  there = await bus.join().bucket("sessions");
  reads = 0;
  const known = roster({ machine: "lab", bus });
  const refresh = () => {
    reads += 1;
    return known.refresh();
  };
  const followed = { ...known, refresh, isFollowing: () => true };
  const own = [recordOf("lab", "web")];
  const registry = { all: () => own, find: (name: string) => own.find((record) => record.name === name) };
  const mailboxes = { all: () => [], find: () => undefined };
  places = { machine: "lab", roster: followed, registry, mailboxes };
});

function recordOf(machine: string, name: string): SessionRecord {
  return sessionRecordSchema.parse({
    ...{
      machine,
      name,
      display: name,
      cli: "claude",
      state: "idle",
      stateSince: at,
      startedAt: at,
      seenAt: at,
    },
    ...{ hooked: true, wake: true, idleGeneration: 1, lastEventId: "01j00000000000000000000000" },
  });
}

async function save(machine: string, name: string): Promise<void> {
  await there.put(`${machine}.${name}`, Buffer.from(JSON.stringify(recordOf(machine, name))));
}

test("a known session is found without asking the server", async () => {
  const found = await targetOf(places, { target: "web", from, create: false });
  expect(found).toEqual({ type: "mailbox", address: { machine: "lab", session: "web" }, isNew: false });
  expect(reads).toBe(0);
});

test.each(["web", " Web ", "lab/web", "WEB"])(
  "%j is this machine's own, though another has one of that name",
  async (target) => {
    await save("hub", "web");
    await places.roster.refresh();
    const found = await targetOf(places, { target, from, create: true });
    expect(found).toEqual({ type: "mailbox", address: { machine: "lab", session: "web" }, isNew: false });
  },
);

test("a word that means more than one name is no session's, though one bears it", async () => {
  const registry = { all: () => [], find: () => recordOf("lab", "all") };
  const found = await targetOf({ ...places, registry }, { target: "all", from, create: false });
  expect(found).toEqual({ type: "group", group: "all", members: [] });
});

test("a session that another machine saved before the call is found, though nobody told of it", async () => {
  await save("hub", "api");
  const found = await targetOf(places, { target: "api", from, create: false });
  expect(found).toMatchObject({ address: { machine: "hub", session: "api" } });
  expect(reads).toBe(1);
});

test("with --create, too, it is that session and no new mailbox here", async () => {
  await save("hub", "api");
  const asked = { target: "api", from, create: true };
  expect(await targetOf(places, asked)).toMatchObject({ address: { machine: "hub" }, isNew: false });
  const none = await targetOf(places, { ...asked, target: "none" });
  expect(none).toMatchObject({ address: { machine: "lab", session: "none" }, isNew: true });
});

test("what nobody knows is refused after one read; with the server away the refusal says that it was not asked", async () => {
  await expect(targetOf(places, { target: "none", from, create: false })).rejects.toMatchObject(unknown);
  expect(reads).toBe(1);
  bus.setConnected(false);
  const asked = targetOf(places, { target: "none", from, create: false });
  await expect(asked).rejects.toMatchObject({ ...unknown, message: /server is away/ });
});
