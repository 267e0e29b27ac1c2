import { FleetError, type Message } from "@fleetbus/core";
import { describe, expect, test } from "vitest";
import { away } from "../host/host.test.support.ts";
import { begin, minute, setMe } from "./me.test.support.ts";

describe("what waits for the human", () => {
  test("goes to the toast of one who is there, then on down the list, each once, then it is told to its sender", async () => {
    const on = await setMe();
    begin(on, "m1");
    await on.pass(minute);
    expect(on.sends()).toEqual(["desktop m1"]);
    await on.pass(4 * minute + 1000);
    expect(on.sends()).toEqual(["desktop m1", "phone m1"]);
    await on.pass(5 * minute);
    expect(on.heard).toEqual(["desktop", "phone", "mail"]);
    expect(on.ladder.view()).toEqual({ waiting: 1, unanswered: 0 });
    await on.pass(60 * minute);
    expect(on.sends()).toEqual(["desktop m1", "phone m1", "mail m1"]);
    expect(on.heard).toEqual(["desktop", "phone", "mail", "ended sent sent sent"]);
    expect(on.ladder.view()).toEqual({ waiting: 1, unanswered: 1 });
  });

  test("goes to the phone of one who is away, and not back to the toast", async () => {
    const on = await setMe();
    on.presence = "away";
    begin(on, "m1");
    await on.pass(6 * minute);
    on.presence = "here";
    await on.pass(30 * minute);
    expect(on.sends()).toEqual(["phone m1", "mail m1"]);
  });

  test("goes nowhere while they watch that very pane, and further when its time is over or they leave", async () => {
    const on = await setMe();
    on.presence = "watching";
    begin(on, "p1", { about: "permission" });
    await on.pass(4 * minute);
    expect(on.sends()).toEqual([]);
    on.presence = "away";
    await on.pass(2000);
    expect(on.sends()).toEqual(["phone p1"]);
    on.presence = "watching";
    begin(on, "p2", { about: "permission" });
    await on.pass(6 * minute);
    expect(on.sends().filter((send) => send.endsWith("p2"))).toEqual(["desktop p2"]);
  });

  test("is dropped when it is acknowledged, and those who were told hear that it is over", async () => {
    const on = await setMe({ entries: { phone: { resolve: false } } });
    begin(on, "m1");
    await on.pass(6 * minute);
    on.open.delete("m1");
    await on.pass(30 * minute);
    expect(on.sends()).toEqual(["desktop m1", "phone m1", "desktop over"]);
    expect(on.ladder.view()).toEqual({ waiting: 0, unanswered: 0 });
    expect(await (await on.stage.bus.bucket("effects")).entries(undefined, "lab=me")).toEqual([]);
  });

  test("is told nobody of where it is acknowledged before its first step", async () => {
    const on = await setMe();
    on.presence = "watching";
    begin(on, "m1");
    await on.pass(minute);
    on.open.delete("m1");
    await on.pass(30 * minute);
    expect([on.sends(), on.heard]).toEqual([[], []]);
  });

  test("goes on at once where a channel refuses it, and at its time where one is away", async () => {
    const refuses = () => {
      throw new FleetError("refused", "sending: HTTP 403");
    };
    const on = await setMe({ answers: { desktop: refuses, phone: away } });
    begin(on, "m1");
    await on.pass(2000);
    expect([...new Set(on.sends())]).toEqual(["desktop m1", "phone m1"]);
    await on.pass(5 * minute);
    expect(on.sends().filter((send) => !send.startsWith("phone"))).toEqual(["desktop m1", "mail m1"]);
    expect(on.heard).toEqual(["mail"]);
    await on.pass(5 * minute);
    expect(on.heard).toEqual(["mail", "ended failed trying sent"]);
  });

  test("of three days ago pages nobody when it is first seen", async () => {
    const on = await setMe();
    const old = on.stage.clock.now() - 4 * 24 * 60 * minute;
    const message: Message = {
      ...{ id: "old", from: { machine: "lab", session: "api" }, to: { machine: "lab", session: "me" } },
      ...{ kind: "request", type: "message", priority: "normal", mode: "turn", body: "b", hop: 0 },
      ...{ origin: "agent", time: new Date(old).toISOString(), thread: "old" },
    };
    begin(on, "m1", { sinceMs: old, message });
    await on.pass(minute);
    expect([on.sends(), on.ladder.view().waiting]).toEqual([[], 1]);
  });
});

describe("quiet hours", () => {
  const night = Date.UTC(2026, 0, 1, 23);
  const me = { zone: "UTC", quiet: { from: 22 * 60, to: 7 * 60 } };

  test("hold a step, and the next one's time counts from its release; urgent ones go", async () => {
    const on = await setMe({ me, startMs: night });
    begin(on, "m1");
    const urgent = begin(on, "m2");
    on.open.set("m2", { ...urgent, event: { ...urgent.event, data: { priority: "urgent" } } });
    await on.pass(6 * minute);
    expect(on.sends()).toEqual(["desktop m2", "phone m2"]);
    on.open.delete("m2");
    await on.pass(minute);
    const before = ["desktop m2", "phone m2", "desktop over", "phone over"];
    expect(on.sends()).toEqual(before);
    await on.stage.clock.advance(8 * 60 * minute - 7 * minute - 1000);
    await on.stage.settle();
    expect(on.sends()).toEqual(before);
    await on.pass(4 * minute);
    expect(on.sends()).toEqual([...before, "desktop m1"]);
    await on.pass(2 * minute);
    expect(on.sends().at(-1)).toBe("phone m1");
  });
});

describe("a daemon that is killed", () => {
  test("goes on where it was: nothing is sent twice, nothing is left out", async () => {
    const first = await setMe();
    begin(first, "m1");
    await first.pass(6 * minute);
    first.kill();
    const second = await setMe({ after: first });
    second.presence = "away";
    await second.pass(3 * minute);
    expect(second.sends()).toEqual(["desktop m1", "phone m1"]);
    await second.pass(2 * minute);
    expect(second.sends()).toEqual(["desktop m1", "phone m1", "mail m1"]);
  });

  test("after a send and before its record stands, does not send it again", async () => {
    let saves = 0;
    const never = { load: () => Promise.resolve([]), remove: () => Promise.resolve() };
    const save = () => {
      saves += 1;
      return saves > 1 ? new Promise<void>(() => undefined) : Promise.resolve();
    };
    const first = await setMe({ deps: { records: { ...never, save } } });
    begin(first, "m1");
    await first.pass(2000);
    expect([first.sends(), saves]).toEqual([["desktop m1"], 2]);
    first.kill();
    const second = await setMe({ after: first });
    await second.pass(minute);
    expect(second.sends()).toEqual(["desktop m1"]);
  });

  test("withdraws what was acknowledged while it was away", async () => {
    const first = await setMe();
    begin(first, "m1");
    await first.pass(minute);
    first.kill();
    first.open.delete("m1");
    const second = await setMe({ after: first });
    await second.pass(minute);
    expect(second.sends()).toEqual(["desktop m1", "desktop over"]);
    second.kill();
    const third = await setMe({ after: second });
    await third.pass(minute);
    expect(third.sends()).toEqual(["desktop m1", "desktop over"]);
  });
});
