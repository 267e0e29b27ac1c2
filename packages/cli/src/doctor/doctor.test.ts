import { spawn } from "node:child_process";
import { once } from "node:events";
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

/** Where `fleet` is. */
let path: string;

beforeEach(async () => {
  daemon = await startStandIn({
    "GET /v1/status": well,
    "GET /v1/sessions": { items: [] },
    "GET /v1/adapters": { items: [] },
    "GET /v1/consumers": { items: [] },
  });
  path = `${daemon.home}:/usr/bin:/bin`;
  await writeFile(join(daemon.home, "fleet"), "#!/bin/sh\n", { mode: 0o755 });
});
afterEach(() => daemon.close());

describe("fleet doctor", () => {
  test("is 0 when all is well, and changes nothing", async () => {
    const ran = await daemon.fleet(["doctor"], { env: { PATH: path } });
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout.split("\n").filter((line) => line.startsWith("ok")).length).toBeGreaterThan(7);
    expect(daemon.asked.every(({ route }) => route.startsWith("GET "))).toBe(true);
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
    [
      "the server hangs",
      { server: { ...well.server, isAnswering: false } },
      /FAIL {2}server 2\.15\.1 .*connected, and it does not answer\n {6}→ /,
    ],
    ["the clock was set back", { startedAt: "2999-01-01T00:00:00.000Z" }, /FAIL {2}clock/],
    ["there are dead letters", { dead: 3 }, /FAIL {2}dead letters: 3\n {6}→ fleet dead/],
  ])("is 1 when %s, with the way out", async (_what, change, message) => {
    daemon.on("GET /v1/status", { ...well, ...change });
    const ran = await daemon.fleet(["doctor"], { env: { PATH: path } });
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringMatching(/1 of \d+ checks failed/) });
    expect(ran.stdout).toMatch(message);
  });

  test("takes a server whose version it is not told: one that is too old was refused before", async () => {
    const { version: _, ...server } = well.server;
    daemon.on("GET /v1/status", { ...well, server });
    expect(await daemon.fleet(["doctor"], { env: { PATH: path } })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("ok    server at nats://127.0.0.1:4222\n"),
    });
  });

  test("is 1 when an adapter fails, with its words; one that is paused, or was removed, is said", async () => {
    const adapters = [
      { name: "phone", state: "failing", lastError: "HTTP 401" },
      { name: "mail", state: "paused", paused: { reason: "holiday", since: "2026-01-01T00:00:00.000Z" } },
    ];
    daemon.on("GET /v1/adapters", { items: adapters });
    const orphan = { name: "adapter=lab=old", isOrphan: true, pending: 2, ackPending: 1 };
    daemon.on("GET /v1/consumers", { items: [orphan, { name: "lab=web", pending: 9, ackPending: 0 }] });
    const ran = await daemon.fleet(["doctor"], { env: { PATH: path } });
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringMatching(/1 of \d+ checks failed/) });
    expect(ran.stdout).toContain("FAIL  adapter phone: HTTP 401\n      → fleet adapter show phone");
    expect(ran.stdout).toContain("ok    adapter mail: paused since 2026-01-01T00:00:00.000Z: holiday");
    expect(ran.stdout).toContain(
      "ok    consumer adapter=lab=old: its adapter was removed, it goes within a day",
    );
    expect(ran.stdout).toContain("with 3 events");
  });

  test("is 1 when fleet is on nobody's PATH", async () => {
    const ran = await daemon.fleet(["doctor"], { env: { PATH: "/usr/bin:/bin" } });
    expect(ran.code).toBe(1);
    expect(ran.stdout).toMatch(/FAIL {2}fleet is not on PATH: a session could not answer\n {6}→ /);
  });

  test.runIf(process.platform === "linux")(
    "asks each session's own PATH, where the system tells",
    async () => {
      const sleeping = (PATH: string) =>
        spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"], { env: { PATH } });
      const processes = [sleeping(path), sleeping("/usr/bin")];
      await Promise.all(processes.map((child) => once(child, "spawn")));
      const items = processes.map(({ pid }, index) => ({
        machine: "lab",
        name: `s${index}`,
        pid,
        state: "idle",
      }));
      daemon.on("GET /v1/sessions", { items });
      const ran = await daemon.fleet(["doctor"], { env: { PATH: path } });
      expect(ran.stdout).toContain("FAIL  fleet is not on the PATH of s1: no answer comes from there");
      for (const child of processes) child.kill();
    },
  );

  test("sees a socket that others may open", async () => {
    await chmod(pathsOf({ FLEET_HOME: daemon.home }).socketFile, 0o666);
    const ran = await daemon.fleet(["doctor"], { env: { PATH: path } });
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
