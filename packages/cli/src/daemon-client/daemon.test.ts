import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { dirname, join } from "node:path";
import { pathsOf } from "@fleetbus/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { emptyHome, runFleet, type Ran } from "../stand-in.test.support.ts";
import { version } from "../version.ts";

let home = "";
let old: Server | undefined;

beforeEach(async () => {
  home = await emptyHome();
  await mkdir(dirname(pathsOf({ FLEET_HOME: home }).socketFile), { recursive: true });
});

afterEach(async () => {
  old?.closeAllConnections();
  await new Promise((resolve) => (old?.listening ? old.close(resolve) : resolve(undefined)));
  old = undefined;
  const pid = Number(await readFile(join(home, "pid"), "utf8").catch(() => "0"));
  if (pid > 0) process.kill(pid);
  await rm(home, { recursive: true, force: true });
});

/** What `up --foreground` of this build is in these tests: a process of its own that tells stages and answers. */
async function fakeEntry(body: string): Promise<string> {
  const entry = join(home, "fleet.mjs");
  await writeFile(
    entry,
    `import { createServer } from "node:http"; import { writeFileSync, writeSync } from "node:fs";\n${body}`,
  );
  return entry;
}

const listening = `
writeFileSync(process.env.FLEET_HOME + "/pid", String(process.pid));
writeFileSync(process.env.FLEET_HOME + "/url", process.env.FLEET_STARTED_WITH_URL ?? "");
writeFileSync(process.env.FLEET_HOME + "/argv", JSON.stringify(process.argv.slice(2)));
createServer((request, response) => {
  const item = { machine: "lab", name: "web", state: "idle", stateSince: "2026-01-01T00:00:00Z", cli: "claude", inbox: 0 };
  if (request.url === "/v1/status") response.end(JSON.stringify({ version: "${version}", pid: process.pid, machine: "lab", server: { url: "nats://x" }, spool: {} }));
  else response.end(JSON.stringify({ items: [item] }));
}).listen(process.env.FLEET_HOME + "/run/fleet.sock");
`;

const telling = `writeSync(Number(process.env.FLEET_STAGE_FD), "server: found it\\n"); ${listening}`;

/** Ends as one that finds the lock taken, while the one that has it comes up. */
const losing = `
import { spawn } from "node:child_process";
if (process.argv.includes("winner")) { await new Promise((resolve) => setTimeout(resolve, 300)); ${listening} }
else { spawn(process.execPath, [process.argv[1], "winner"], { stdio: "ignore", detached: true }).unref(); process.exit(4); }
`;

async function withAutostart(argv: readonly string[], entry: string): Promise<Ran> {
  return runFleet(argv, home, { entry, env: { FLEET_NO_AUTOSTART: "" } });
}

describe("a daemon that is not running", () => {
  test("[row 179] is started by the first command that needs it, which tells the stages and then answers", async () => {
    const ran = await withAutostart(["ls", "--json"], await fakeEntry(telling));
    expect(ran).toMatchObject({ code: 0, stderr: "fleet: server: found it\n" });
    expect(JSON.parse(ran.stdout)).toMatchObject({ items: [{ name: "web" }] });
    expect(JSON.parse(await readFile(join(home, "argv"), "utf8"))).toEqual(["up", "--foreground"]);
  });

  test("is started with the server that was asked for, which stands in no command line that others can read", async () => {
    const url = "nats://fleet:secret@hub:4222";
    const ran = await withAutostart(["up", "--connect", url], await fakeEntry(listening));
    expect(ran.code).toBe(0);
    expect(await readFile(join(home, "url"), "utf8")).toBe(url);
    expect(JSON.parse(await readFile(join(home, "argv"), "utf8"))).toEqual(["up", "--foreground"]);
  });

  test("is not started where that is switched off: exit 7 with the way out", async () => {
    const ran = await runFleet(["ls"], home);
    expect(ran).toMatchObject({ code: 7, stdout: "" });
    expect(ran.stderr).toMatch(/it is not running; start it with: fleet up/);
  });

  test.each([["status"], ["version"], ["doctor"], ["down"]])(
    "is not started by fleet %s",
    async (command) => {
      const entry = await fakeEntry(`writeFileSync(process.env.FLEET_HOME + "/started", "");`);
      await withAutostart([command], entry);
      await expect(readFile(join(home, "started"))).rejects.toMatchObject({ code: "ENOENT" });
    },
  );

  test("that ends at once is told with its last words", async () => {
    const ran = await withAutostart(
      ["ls"],
      await fakeEntry(`console.error("no room on the disk"); process.exit(9);`),
    );
    expect(ran.code).toBe(7);
    expect(ran.stderr).toMatch(
      /starting the daemon: it ended with code 9; its last words in .*start\.log:\nno room on the disk/,
    );
  });

  test("that ends at once is told by fleet run in one line, its last words too", async () => {
    const entry = await fakeEntry(`console.error("no room\\non the disk"); process.exit(9);`);
    const ran = await withAutostart(["run", "--", "true"], entry);
    expect(ran.stderr).toMatch(/^fleet: .*its last words in \S+start\.log: no room; on the disk.*\n$/);
  });

  test("that its config keeps from starting is told as that, with every problem: exit 2", async () => {
    const problems = Array.from({ length: 12 }, (_, n) => `${n}:1 key${n}: unknown`);
    const entry = await fakeEntry(`console.error(${JSON.stringify(problems.join("\n"))}); process.exit(2);`);
    const ran = await withAutostart(["ls"], entry);
    expect(ran.code).toBe(2);
    for (const problem of problems) expect(ran.stderr).toContain(problem);
  });

  test("that another start was faster with is waited for", async () => {
    const ran = await withAutostart(["ls", "--json"], await fakeEntry(losing));
    expect(ran).toMatchObject({ code: 0, stderr: "" });
  });
});

describe("a daemon of another version", () => {
  beforeEach(async () => {
    const asked: string[] = [];
    old = createServer((request, response) => {
      asked.push(request.url ?? "");
      if (request.url === "/v1/stop")
        return void response.writeHead(202).end("{}", () => old?.close(() => undefined));
      const error = { code: "version", message: "this daemon is 0.0.9", details: { version: "0.0.9" } };
      response.writeHead(426).end(JSON.stringify({ error }));
    });
    await new Promise<void>((resolve) => old?.listen(pathsOf({ FLEET_HOME: home }).socketFile, resolve));
    await chmod(pathsOf({ FLEET_HOME: home }).socketFile, 0o600);
  });

  test("[case 46] [row 175] makes way for one of this version, and the command goes on", async () => {
    const ran = await withAutostart(["ls", "--json"], await fakeEntry(listening));
    expect(ran.code).toBe(0);
    expect(ran.stderr).toMatch(/restarting the daemon: this daemon is 0\.0\.9/);
    expect(JSON.parse(ran.stdout)).toMatchObject({ items: [{ name: "web" }] });
  });

  test("is left alone where autostart is off: exit 8", async () => {
    const ran = await runFleet(["ls"], home);
    expect(ran).toMatchObject({ code: 8, stderr: "fleet: this daemon is 0.0.9\n" });
    expect(old?.listening).toBe(true);
  });

  test("is named by fleet version", async () => {
    const ran = await runFleet(["version", "--json"], home);
    expect(JSON.parse(ran.stdout)).toEqual({ fleet: version, node: process.versions.node, daemon: "0.0.9" });
  });

  test("is stopped by fleet down all the same", async () => {
    const ran = await runFleet(["down"], home);
    expect(ran).toMatchObject({ code: 0, stderr: "fleet: stopped\n" });
  });
});
