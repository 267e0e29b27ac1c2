import { deadSchema } from "@fleetbus/core/api";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type StandIn } from "../../stand-in.test.support.ts";
import { startReading } from "../reading.test.support.ts";

let daemon: StandIn;

beforeEach(async () => void (daemon = await startReading()));
afterEach(() => daemon.close());

describe("dead letters", () => {
  test("are listed with their reason, and shown made safe", async () => {
    expect((await daemon.fleet(["dead"])).stdout).toMatch(/17 +.*not JSON/);
    expect((await daemon.fleet(["dead", "show", "17"])).stdout).toMatch(/reason +not JSON\n\n\{\n$/);
  });

  test.each(["retry", "drop"])("%s takes several, one after the other", async (verb) => {
    expect((await daemon.fleet(["dead", verb, "17", "18"])).stdout.trim().split("\n")).toHaveLength(2);
    expect(daemon.asked.map((asked) => deadSchema.parse(asked.body).seq)).toEqual([17, 18]);
    expect(daemon.asked[0]?.route).toBe(`POST /v1/dead/${verb}`);
  });

  test("a number that is none is exit 2, one that is not there exit 3", async () => {
    expect((await daemon.fleet(["dead", "show", "x"])).code).toBe(2);
    expect((await daemon.fleet(["dead", "show", "99"])).code).toBe(3);
    expect((await daemon.fleet(["dead", "drop"])).code).toBe(2);
  });
});
