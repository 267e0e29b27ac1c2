import type { Message, SessionRecord } from "@fleetbus/core";
import { describe, expect, test } from "vitest";
import type { Sleeper } from "../wake/climb/planner.ts";
import { begin, minute, setMe } from "./me.test.support.ts";
import { sleepersOf } from "./sleepers.ts";

const start = Date.UTC(2026, 0, 1);
const at = new Date(start).toISOString();
const pane = { mux: "tmux", socket: "/tmp/s", id: "%3" } as const;
const web: SessionRecord = {
  ...{ machine: "lab", name: "web", display: "web", cli: "gemini", cwd: "/srv/web", state: "idle", pane },
  ...{ stateSince: at, startedAt: at, seenAt: at, hooked: true, wake: true, idleGeneration: 4 },
  lastEventId: "e1",
};
const mail = (change: Partial<Message> = {}): { readonly message: Message } => ({
  message: {
    ...{ id: "m1", from: { machine: "lab", session: "api" }, to: { machine: "lab", session: "web" } },
    ...{ kind: "request", type: "message", priority: "normal", mode: "turn", hop: 0, body: "b" },
    ...{ origin: "agent", time: at, thread: "m1", ...change },
  },
});
const asleep: Sleeper = { name: "web", generation: 4, sinceMs: start, reason: "tmux: a shell runs in it" };

/** One session that sleeps on for as many seconds. */
function stage(seconds: number) {
  const now = {
    record: web as SessionRecord | undefined,
    sleepers: [asleep],
    waiting: [mail(), mail({ priority: "high" })],
    isOn: true,
    isOpen: true,
  };
  const sleepers = sleepersOf({
    clock: { now: () => start + seconds * 1000 },
    planner: { sleepers: () => now.sleepers },
    registry: { find: () => now.record },
    mailboxes: { find: () => (now.isOpen ? mailbox : undefined) },
    wakeful: () => now.waiting,
    isOn: () => now.isOn,
  });
  const mailbox = { catchUp: () => Promise.resolve() };
  return { now, sleepers };
}

describe("a session that nothing can wake", () => {
  test("is told of with its senders, the reason, and the priority of the most urgent of its messages", () => {
    const [matter, ...others] = stage(10).sleepers.matters();
    expect(others).toEqual([]);
    expect(matter).toMatchObject({ about: "sleeper", sinceMs: start, pane });
    expect(matter?.event).toMatchObject({ kind: "message.unread", from: { machine: "lab", session: "web" } });
    expect(matter?.event.data).toEqual({
      ...{ cli: "gemini", cwd: "/srv/web", idleGeneration: 4, reason: "tmux: a shell runs in it" },
      ...{ from: "lab/api", count: 2, priority: "high" },
    });
  });

  test("is one matter for the whole of its idle period, and another in the next", () => {
    const { now, sleepers } = stage(10);
    const idNow = () => sleepers.matters().map(({ event }) => event.id);
    const first = idNow();
    now.waiting.push(mail());
    expect(idNow()).toEqual(first);
    now.sleepers = [{ ...asleep, generation: 5 }];
    expect(idNow()).not.toEqual(first);
  });

  test.each<readonly [string, number, Partial<ReturnType<typeof stage>["now"]>]>([
    ["in the first seconds, in which a way may come", 4, {}],
    ["when its mail was taken", 10, { waiting: [] }],
    ["when nobody wants to be told", 10, { isOn: false }],
    ["when it is gone", 10, { record: undefined }],
  ])("is not told of %s", (_, seconds, change) => {
    const { now, sleepers } = stage(seconds);
    Object.assign(now, change);
    expect(sleepers.matters()).toEqual([]);
  });
});

describe("what was told of one", () => {
  const isOver = async (change: Partial<ReturnType<typeof stage>["now"]>) => {
    const { now, sleepers } = stage(10);
    const [matter] = sleepers.matters();
    if (matter === undefined) throw new Error("nothing was told");
    Object.assign(now, change);
    return sleepers.isOver(matter.event);
  };

  test.each<readonly [boolean, string, Partial<ReturnType<typeof stage>["now"]>]>([
    [false, "another climb goes on", { sleepers: [] }],
    [false, "its mailbox is not open yet, after a restart", { isOpen: false, waiting: [] }],
    [true, "its mail was taken", { waiting: [] }],
    [true, "it works", { record: { ...web, state: "busy" } }],
    [true, "another idle period began", { record: { ...web, idleGeneration: 5 } }],
    [true, "it is gone", { record: undefined }],
    [true, "nobody wants to hear of it any more", { isOn: false }],
  ])("is over: %s, when %s", async (expected, _, change) => {
    expect(await isOver(change)).toBe(expected);
  });
});

describe("[case 38] the last rungs", () => {
  const sleeping = (on: Awaited<ReturnType<typeof setMe>>, priority = "normal") => {
    const { event } = begin(on, "s1", { about: "sleeper" });
    on.open.set("s1", { ...begin(on, "s1"), about: "sleeper", event: { ...event, data: { priority } } });
  };

  test("are the toast, then the phone, each once, and both hear that the mail was taken", async () => {
    const on = await setMe({ via: ["desktop", "phone"] });
    sleeping(on);
    await on.pass(6 * minute);
    expect(on.sends()).toEqual(["desktop s1", "phone s1"]);
    on.open.delete("s1");
    await on.pass(30 * minute);
    expect(on.sends()).toEqual(["desktop s1", "phone s1", "desktop over", "phone over"]);
  });

  test("are no mail of the human's own", async () => {
    const on = await setMe({ via: ["desktop"] });
    sleeping(on);
    await on.pass(6 * minute);
    expect(on.ladder.view()).toEqual({ waiting: 0, unanswered: 0 });
  });
});
