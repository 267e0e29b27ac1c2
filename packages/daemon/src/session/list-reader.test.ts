import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock, type FleetEvent, type SessionRecord } from "@fleetbus/core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { readSessionList } from "./list-reader.ts";

const record: SessionRecord = {
  machine: "lab",
  name: "web",
  display: "web",
  cli: "demo",
  cliSession: "s1",
  pid: process.pid,
  state: "busy",
  stateSince: "",
  startedAt: "",
  seenAt: "",
  hooked: true,
  wake: true,
  idleGeneration: 1,
  lastEventId: "01",
};

type Note = Pick<FleetEvent, "kind" | "data">;

let dir: string;
let stop: AbortController;
let running: Promise<void>;
let now: SessionRecord;
let notes: Note[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "fleet-list-"));
  await mkdir(join(dir, "sessions"));
  stop = new AbortController();
  now = record;
  notes = [];
});

afterEach(async () => {
  stop.abort();
  await running;
  await rm(dir, { recursive: true });
});

const take = (note: Note) => {
  notes.push(note);
  const state = note.kind === "turn.continued" ? "busy" : "idle";
  now = { ...now, state, lastEventId: `note ${notes.length}` };
};

const say = (status: string) => {
  const facts = { pid: process.pid, sessionId: "s1", cwd: "/", status };
  return writeFile(join(dir, "sessions", `${process.pid}.json`), JSON.stringify(facts));
};

function read(confirmed: () => string, live: () => readonly SessionRecord[] = () => [now]): void {
  running = readSessionList(
    {
      dir,
      clock: systemClock,
      live,
      confirm: () => Promise.resolve(confirmed()),
      confirmedBy: "a test",
      note: (_, note) => take(note),
      found: () => undefined,
      gone: () => undefined,
      onError: (error) => {
        throw error;
      },
    },
    stop.signal,
  );
}

describe("a list of sessions", () => {
  test("says that a session is idle where no hook did", async () => {
    await say("idle");
    read(() => "idle");
    await vi.waitFor(() => expect(notes).toHaveLength(1), 3000);
    expect(notes[0]).toMatchObject({
      kind: "turn.interrupted",
      data: { cliSession: "s1", confirmedBy: "a test" },
    });
  });

  test("is believed also when an event came while it was looked at, for as long as it says so", async () => {
    await say("idle");
    let asked = 0;
    read(() => {
      asked += 1;
      // A late hook of the same turn, in the worst moment; the file says nothing new afterwards.
      if (asked === 1) now = { ...now, lastEventId: "02" };
      return "idle";
    });
    await vi.waitFor(() => expect(notes).toHaveLength(1), 5000);
    expect(asked).toBe(2);
  });

  test("says that a session is busy where no hook told of a prompt, and that this ended as the turn before", async () => {
    now = { ...record, state: "idle", outcome: "done", lastText: "fine" };
    let status = "busy";
    await say(status);
    read(() => status);
    await vi.waitFor(() => expect(notes).toHaveLength(1), 3000);
    await say((status = "idle"));
    await vi.waitFor(() => expect(notes).toHaveLength(2), 3000);
    expect(notes).toMatchObject([
      { kind: "turn.continued", data: { confirmedBy: "a test" } },
      { kind: "turn.stopped", data: { outcome: "done", lastText: "fine" } },
    ]);
  });

  test("tells of an interrupt when hooks have told more of a turn that it told of", async () => {
    now = { ...record, state: "idle" };
    let status = "busy";
    await say(status);
    read(() => status);
    await vi.waitFor(() => expect(notes).toHaveLength(1), 3000);
    now = { ...now, lastEventId: "a tool" };
    await say((status = "idle"));
    await vi.waitFor(() => expect(notes).toHaveLength(2), 3000);
    expect(notes[1]).toMatchObject({ kind: "turn.interrupted" });
  });

  test("is not believed where the CLI's own word is another", async () => {
    await say("idle");
    let asked = 0;
    read(() => {
      asked += 1;
      return "busy";
    });
    await vi.waitFor(() => expect(asked).toBeGreaterThan(1), 5000);
    expect(notes).toEqual([]);
  });

  test("that agreed and says something else goes on being looked at, though no session has changed", async () => {
    let [looks, asked] = [0, 0];
    const live = [now];
    await say("busy");
    read(
      () => {
        asked += 1;
        return "busy";
      },
      () => {
        looks += 1;
        return live;
      },
    );
    await vi.waitFor(() => expect(looks).toBeGreaterThan(3), 5000);
    await say("idle");
    await vi.waitFor(() => expect(asked).toBeGreaterThan(2), 8000);
    expect(notes).toEqual([]);
  }, 15_000);
});
