import { sessionRecordSchema, systemClock, type SessionRecord } from "@fleetbus/core";
import type { Bucket } from "@fleetbus/core/bus";
import { memoryBus, type MemoryBus } from "@fleetbus/core/testing";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { roster, type Roster } from "./roster.ts";

const at = "2026-01-01T00:00:00.000Z";
const recordOf = (machine: string, name: string): SessionRecord =>
  sessionRecordSchema.parse({
    machine,
    name,
    display: name,
    cli: "claude",
    state: "idle",
    stateSince: at,
    startedAt: at,
    seenAt: at,
    hooked: true,
    wake: true,
    idleGeneration: 1,
    lastEventId: "01j00000000000000000000000",
  });

let here: MemoryBus;
let there: Bucket;
let over: AbortController;
let following: Promise<void> | undefined;

beforeEach(async () => {
  here = memoryBus({ ns: "main", clock: systemClock });
  there = await here.join().bucket("sessions");
  over = new AbortController();
  following = undefined;
});

afterEach(async () => {
  over.abort();
  await following;
});

async function save(machine: string, name: string): Promise<void> {
  await there.put(`${machine}.${name}`, Buffer.from(JSON.stringify(recordOf(machine, name))));
}

async function followed(): Promise<Roster> {
  const made = roster({ machine: "lab", bus: here });
  following = made.follow(over.signal);
  await vi.waitFor(() => expect(made.isFollowing()).toBe(true));
  return made;
}

const namesOf = (made: Roster) => made.others().map(({ name }) => name);

describe("the other machines' sessions", () => {
  test("are there once the bucket is followed, this machine's own and foreign values left out", async () => {
    await save("hub", "web");
    await save("lab", "own");
    await there.put("hub.odd", Buffer.from("{"));
    await there.put("hub.newer", Buffer.from('{"machine":"hub"}'));
    expect(namesOf(await followed())).toEqual(["web"]);
  });

  test("come and go as they are saved and removed, without a read", async () => {
    const made = await followed();
    await save("hub", "api");
    await vi.waitFor(() => expect(namesOf(made)).toEqual(["api"]));
    await there.remove("hub.api");
    await vi.waitFor(() => expect(namesOf(made)).toEqual([]));
  });

  test("that were saved before a refresh are there after it, though nobody follows", async () => {
    const made = roster({ machine: "lab", bus: here });
    await save("hub", "api");
    expect(namesOf(made)).toEqual([]);
    await made.refresh();
    expect(namesOf(made)).toEqual(["api"]);
    await there.remove("hub.api");
    await made.refresh();
    expect(namesOf(made)).toEqual([]);
  });

  test("stay as they were while the server is away, and are read anew when it is back", async () => {
    await save("hub", "web");
    const made = await followed();
    here.setConnected(false);
    await following;
    expect(made.isFollowing()).toBe(false);
    await expect(made.refresh()).rejects.toMatchObject({ code: "unavailable" });
    expect(namesOf(made)).toEqual(["web"]);
    await there.remove("hub.web");
    await save("hub", "api");
    following = made.follow(over.signal);
    here.setConnected(true);
    await vi.waitFor(() => expect(made.isFollowing()).toBe(true));
    expect(namesOf(made)).toEqual(["api"]);
  });
});

test("a server that answers nothing ends a refresh in time, with what to look at", async () => {
  const silent: Bucket = {
    ...there,
    entries: (signal) =>
      new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason))),
  };
  const bus = { bucket: async () => silent, isConnected: () => true, onConnection: () => () => undefined };
  const made = roster({ machine: "lab", bus, refreshMs: 20 });
  await expect(made.refresh()).rejects.toMatchObject({ code: "unavailable", message: /too long/ });
});
