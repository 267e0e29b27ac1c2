import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startStandIn, type RunOptions, type StandIn } from "../../stand-in.test.support.ts";

const status = {
  version: "0.1.0",
  machine: "lab",
  pid: 1,
  server: { url: "nats://x", isConnected: true },
  spool: { pending: 0, bytes: 0, torn: 0 },
};
const before = '{"model":"opus"}';

let daemon: StandIn;
let file = "";

beforeEach(async () => {
  daemon = await startStandIn({ "GET /v1/status": status, "GET /v1/sessions": { items: [] } });
  file = join(daemon.home, ".claude", "settings.json");
  await mkdir(join(daemon.home, ".claude"));
  await writeFile(file, before);
  await writeFile(join(daemon.home, "claude"), "#!/bin/sh\n", { mode: 0o755 });
});
afterEach(() => daemon.close());

const fleet = (argv: readonly string[], how: RunOptions = {}) =>
  daemon.fleet(argv, { ...how, env: { PATH: `${daemon.home}:/usr/bin:/bin` } });

describe("fleet uninstall", () => {
  beforeEach(async () => {
    await fleet(["setup", "--yes"]);
    // A daemon that stops takes its socket with it.
    daemon.on("POST /v1/stop", (_asked, response) => {
      response.writeHead(202).end("{}", () => void rm(join(daemon.home, "run", "fleet.sock")));
    });
  });

  test("gives every byte back and stops the daemon and its server; the messages stay", async () => {
    const ran = await fleet(["uninstall", "--yes"]);
    expect(ran.code).toBe(0);
    expect(await readFile(file, "utf8")).toBe(before);
    expect(daemon.asked.find((asked) => asked.route === "POST /v1/stop")?.body).toEqual({ server: true });
    expect(ran.stderr).toMatch(/stopped the daemon and its server\nmessages and keys stay in /);
    expect((await stat(join(daemon.home, "data"))).isDirectory()).toBe(true);
  });

  test("finds what --settings put into a project's file, and gives it back as well", async () => {
    const project = join(daemon.home, "proj", "settings.json");
    await mkdir(join(daemon.home, "proj"));
    await writeFile(project, before);
    await fleet(["hooks", "install", "--claude", "--settings", project, "--apply"]);
    expect(await readFile(project, "utf8")).toContain("fleet-hook");
    const ran = await fleet(["uninstall", "--yes"]);
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining(`+++ ${project}`) });
    expect([await readFile(project, "utf8"), await readFile(file, "utf8")]).toEqual([before, before]);
  });

  test("a project's file that is gone by now is no reason to stop", async () => {
    const project = join(daemon.home, "proj", "settings.json");
    await fleet(["hooks", "install", "--claude", "--settings", project, "--apply"]);
    await rm(join(daemon.home, "proj"), { recursive: true });
    expect(await fleet(["uninstall", "--yes"])).toMatchObject({ code: 0 });
    expect(await fleet(["uninstall", "--yes"])).toMatchObject({
      stdout: "",
      stderr: expect.not.stringContaining("proj"),
    });
  });

  test("settings that cannot be read keep no other file, and the daemon goes on: nothing is purged", async () => {
    const project = join(daemon.home, "proj", "settings.json");
    await mkdir(join(daemon.home, "proj"));
    await writeFile(project, before);
    await fleet(["hooks", "install", "--claude", "--settings", project, "--apply"]);
    await writeFile(file, "{");
    const ran = await fleet(["uninstall", "--yes", "--purge"]);
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining(`Claude Code: reading ${file}`) });
    expect([await readFile(project, "utf8"), await readFile(file, "utf8")]).toEqual([before, "{"]);
    expect((await stat(join(daemon.home, "data"))).isDirectory()).toBe(true);
    expect(daemon.asked.map((asked) => asked.route)).not.toContain("POST /v1/stop");
  });

  test("--purge removes what fleet keeps as well", async () => {
    expect((await fleet(["uninstall", "--yes", "--purge"])).code).toBe(0);
    await expect(stat(join(daemon.home, "data"))).rejects.toMatchObject({ code: "ENOENT" });
    expect(await readFile(file, "utf8")).toBe(before);
  });

  test("what is declined stays, and nothing else is touched: exit 6", async () => {
    const installed = await readFile(file, "utf8");
    let asked = 0;
    const ran = await fleet(["uninstall"], { confirm: () => Promise.resolve(asked++ < 0) });
    expect(asked).toBe(1);
    expect(ran).toMatchObject({ code: 6, stderr: expect.stringContaining("nothing else was changed") });
    expect(await readFile(file, "utf8")).toBe(installed);
    expect(daemon.asked.map((asked) => asked.route)).not.toContain("POST /v1/stop");
  });
});
