import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathsOf } from "@fleetbus/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runFleet, startStandIn, type StandIn } from "../stand-in.test.support.ts";

const well = {
  ...{
    version: "0.1.0",
    machine: "lab",
    ns: "main",
    pid: 9,
    startedAt: "2026-01-01T00:00:00.000Z",
    port: 1,
    sessions: 0,
    dead: 0,
    isPaused: false,
  },
  server: { url: "nats://127.0.0.1:4222", isConnected: true, isManaged: true, version: "2.15.1" },
  spool: { pending: 0, bytes: 0, torn: 0 },
};

let daemon: StandIn;

beforeEach(async () => void (daemon = await startStandIn({ "GET /v1/status": well })));
afterEach(() => daemon.close());

describe("fleet doctor", () => {
  test("is 0 when all is well, and changes nothing", async () => {
    const ran = await daemon.fleet(["doctor"], { env: { PATH: "/usr/bin:/bin" } });
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout.split("\n").filter((line) => line.startsWith("ok")).length).toBeGreaterThan(7);
    expect(daemon.asked.map((asked) => asked.route)).toEqual(["GET /v1/status"]);
  });

  test.each([
    [
      "the server is away",
      { server: { ...well.server, isConnected: false } },
      /FAIL {2}server .* not connected\n {6}→ fleet restart/,
    ],
    [
      "the server is too old",
      { server: { ...well.server, version: "2.10.27" } },
      /FAIL {2}server 2\.10\.27.*\n {6}→ .*2\.14/,
    ],
    ["the clock was set back", { startedAt: "2999-01-01T00:00:00.000Z" }, /FAIL {2}clock/],
    ["there are dead letters", { dead: 3 }, /FAIL {2}dead letters: 3\n {6}→ fleet dead/],
  ])("is 1 when %s, with the way out", async (_what, change, message) => {
    daemon.on("GET /v1/status", { ...well, ...change });
    const ran = await daemon.fleet(["doctor"], { env: { PATH: "/usr/bin:/bin" } });
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringMatching(/1 of \d+ checks failed/) });
    expect(ran.stdout).toMatch(message);
  });

  test("sees a socket that others may open", async () => {
    await chmod(pathsOf({ FLEET_HOME: daemon.home }).socketFile, 0o666);
    const ran = await daemon.fleet(["doctor"], { env: { PATH: "/usr/bin:/bin" } });
    expect(ran).toMatchObject({ code: 1, stdout: expect.stringMatching(/FAIL {2}socket .*mode 666/) });
  });

  test("sees a CLI without hooks, a config with problems and a daemon that does not run", async () => {
    const home = join(daemon.home, "other");
    await mkdir(home);
    await writeFile(join(home, "claude"), "#!/bin/sh\n", { mode: 0o755 });
    await writeFile(join(home, "fleet.toml"), "machin = 1\n");
    const ran = await runFleet(["doctor", "--json"], home, { env: { PATH: `${home}:/usr/bin:/bin` } });
    expect(ran.code).toBe(1);
    const { items }: { items: readonly { isOk: boolean; text: string; way: string }[] } = JSON.parse(
      ran.stdout,
    );
    const failed = items.filter((item) => !item.isOk);
    expect(failed.map((item) => item.text.split(":")[0])).toEqual([
      `reading ${home}/fleet.toml`,
      "daemon",
      "hooks of Claude Code",
    ]);
    expect(failed.map((item) => item.way)).toEqual([
      expect.any(String),
      "fleet up",
      "fleet hooks install --claude --apply",
    ]);
  });
});
