import { foldEvent, type FleetEvent } from "@fleetbus/core";
import { fakeClock } from "@fleetbus/core/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { registry, type Registry } from "../session/registry.ts";
import { departures, type Departures } from "./departures.ts";

let clock: ReturnType<typeof fakeClock>;
let sessions: Registry;
let told: string[];
let failures: number;
let stop: AbortController;
let count: number;
/** Until its mailbox is closed. */
let closing: Promise<void>;

/** As a daemon that starts with the records as they are. */
function start(): Departures {
  const made = departures({
    clock,
    all: () => sessions.all(),
    find: (name) => sessions.find(name),
    close: () => closing,
    keep: (record) => sessions.restore(record),
    tell: ({ name, end }) => {
      if (failures-- > 0) return Promise.reject(new Error("the server is away"));
      told.push(`${name} ${end?.id}`);
      return Promise.resolve();
    },
  });
  return made;
}

function apply(name: string, kind: string, data: object = {}): string {
  const id = `e${String(++count).padStart(4, "0")}`;
  const time = new Date(clock.now()).toISOString();
  const from = { machine: "lab", session: name };
  const event: FleetEvent = { id, kind, from, time, origin: "system", data: { cli: "claude", ...data } };
  sessions.apply(event);
  return id;
}

beforeEach(() => {
  clock = fakeClock();
  [told, failures, count] = [[], 0, 0];
  closing = Promise.resolve();
  stop = new AbortController();
  sessions = registry({
    store: { save: () => undefined, remove: () => undefined, load: async () => [], flush: async () => {} },
    fold: foldEvent,
    onChange: () => undefined,
  });
});
afterEach(() => stop.abort());

const gone = (name: string, made: Departures) => {
  const id = apply(name, "session.lost", { pid: 7 });
  made.heard(name);
  return id;
};

describe("a session that goes", () => {
  it("is told once, when it has stayed away", async () => {
    const made = start();
    apply("web", "session.started", { pid: 7 });
    void made.follow(stop.signal);
    const id = gone("web", made);
    await clock.advance(2999);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toEqual([`web ${id}`]);
    made.heard("web");
    await clock.advance(10_000);
    expect(told).toHaveLength(1);
  });

  it("is not told where it is back at once; its next departure is", async () => {
    const made = start();
    apply("web", "session.started", { pid: 7 });
    void made.follow(stop.signal);
    gone("web", made);
    await clock.advance(1000);
    apply("web", "session.started", { pid: 8 });
    await clock.advance(10_000);
    expect(told).toEqual([]);
    const id = apply("web", "session.lost", { pid: 8 });
    made.heard("web");
    await clock.advance(3000);
    expect(told).toEqual([`web ${id}`]);
  });

  it("is told when nothing of its last turn can end a message any more", async () => {
    const made = start();
    apply("web", "session.started", { pid: 7 });
    void made.follow(stop.signal);
    let close: () => void = () => undefined;
    closing = new Promise<void>((resolve) => (close = resolve));
    gone("web", made);
    await clock.advance(10_000);
    expect(told).toEqual([]);
    close();
    await clock.advance(0);
    expect(told).toHaveLength(1);
  });

  it("is told by the next daemon where this one did not come to it, and by none after that", async () => {
    apply("web", "session.started", { pid: 7 });
    apply("api", "session.started", { pid: 8 });
    const id = gone("web", start());
    await clock.advance(60_000);
    void start().follow(stop.signal);
    await clock.advance(0);
    expect(told).toEqual([`web ${id}`]);
    void start().follow(stop.signal);
    await clock.advance(60_000);
    expect(told).toHaveLength(1);
  });

  it("is told by no daemon that comes an hour later, and by its own also after a day without the server", async () => {
    apply("web", "session.started", { pid: 7 });
    const own = start();
    const id = gone("web", own);
    await clock.advance(86_400_000);
    void start().follow(stop.signal);
    await clock.advance(0);
    expect(told).toEqual([]);
    void own.follow(stop.signal);
    await clock.advance(0);
    expect(told).toEqual([`web ${id}`]);
  });

  it("that could not be told holds up no other, and is told when it is tried again", async () => {
    const made = start();
    for (const name of ["web", "api"]) apply(name, "session.started", { pid: 7 });
    for (const name of ["web", "api"]) gone(name, made);
    failures = 1;
    const ended = made.follow(stop.signal).catch(String);
    await clock.advance(3000);
    expect(await ended).toContain("the server is away");
    expect(told).toEqual([expect.stringMatching(/^api /)]);
    void made.follow(stop.signal);
    await clock.advance(0);
    expect(told).toHaveLength(2);
  });
});
