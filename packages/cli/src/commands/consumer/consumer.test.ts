import { consumerSchema } from "@fleetbus/core/api";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type StandIn } from "../../stand-in.test.support.ts";
import { startReading } from "../reading.test.support.ts";

let daemon: StandIn;

beforeEach(async () => void (daemon = await startReading()));
afterEach(() => daemon.close());

describe("consumers", () => {
  test("are listed with the server's numbers", async () => {
    const lines = (await daemon.fleet(["consumer"])).stdout.split("\n");
    expect(lines[0]).toMatch(/^CONSUMER +ROLE +STREAM +PENDING +ACK-PENDING +REDELIVERED +LAST/);
    expect(lines[1]).toMatch(/^lab=web +inbox +MAIN_INBOX +3 +2 +1 +40$/);
  });

  test.each([
    ["lab=api", 0, "lab=api"],
    ["lab/api", 0, "lab=api"],
    ["api", 0, "lab=api"],
    ["web", 3, "2 match"],
    ["apo", 3, "did you mean api?"],
  ])("show %s ends with %i", async (name, code, said) => {
    const ran = await daemon.fleet(["consumer", "show", name]);
    expect(ran.code).toBe(code);
    expect(`${ran.stdout}${ran.stderr}`).toContain(said);
  });

  test.each([
    [["pause", "web", "--for", "1h"], "pause", { name: "web", forMs: 3_600_000 }],
    [["pause", "web"], "pause", { name: "web" }],
    [["resume", "web"], "resume", { name: "web" }],
    [["reset", "web"], "reset", { name: "web" }],
  ])("%j asks for it and shows what came of it", async (argv, route, expected) => {
    expect((await daemon.fleet(["consumer", ...argv])).stdout).toContain("lab=web");
    expect(daemon.asked[0]?.route).toBe(`POST /v1/consumers/${route}`);
    expect(consumerSchema.parse(daemon.asked[0]?.body)).toEqual(expected);
  });
});
