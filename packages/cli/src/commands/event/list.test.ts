import { fakeClock } from "@fleetbus/core/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type StandIn } from "../../stand-in.test.support.ts";
import { time, event, startReading } from "../reading.test.support.ts";

let daemon: StandIn;

beforeEach(async () => void (daemon = await startReading()));
afterEach(() => daemon.close());

describe("fleet events", () => {
  test("prints one line an event, or one JSON object a line", async () => {
    const { stdout } = await daemon.fleet(["events"]);
    expect(stdout).toBe(`${time}  lab/web  turn.stopped  done\n`.repeat(2));
    const lines = (await daemon.fleet(["events", "--json"])).stdout.trimEnd().split("\n");
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([event, { ...event, id: "e2" }]);
  });

  test("asks for a session, a kind, a time back, and to follow", async () => {
    const clock = fakeClock(Date.parse(time) + 3_600_000);
    await daemon.fleet(["events", "--session", "lab/web", "--kind", "turn.stopped", "--since", "1h", "-f"], {
      clock,
    });
    expect(daemon.asked[0]?.query).toEqual({
      session: "lab/web",
      kind: "turn.stopped",
      since: time,
      follow: "1",
    });
    await daemon.fleet(["events", "--since", "2026-02-03T04:05:06+01:00"]);
    expect(daemon.asked[1]?.query).toEqual({ since: "2026-02-03T03:05:06.000Z" });
    expect(await daemon.fleet(["events", "--since", "yesterday"])).toMatchObject({ code: 2 });
  });

  test("a follower ends with 130 at an interrupt, and with 7 when the daemon goes", async () => {
    const stop = new AbortController();
    daemon.on(
      "GET /v1/events",
      (_asked, response) => void response.write(`${JSON.stringify(event)}\n`, () => stop.abort()),
    );
    expect((await daemon.fleet(["events", "-f"], { signal: stop.signal })).code).toBe(130);
    daemon.on(
      "GET /v1/events",
      (_asked, response) => void response.write(`${JSON.stringify(event)}\n`, () => response.destroy()),
    );
    expect(await daemon.fleet(["events", "-f"])).toMatchObject({
      code: 7,
      stdout: expect.stringContaining("turn.stopped"),
    });
  });
});
