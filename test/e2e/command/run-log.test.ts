import { randomBytes } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { credsAuthenticator, connect, type NatsConnection } from "nats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { endOfRun } from "../../support/fleet/runs.ts";
import { eventually } from "../../support/tmux.ts";

const [key, otherKey] = [randomBytes(32).toString("base64"), randomBytes(32).toString("hex")];
const config = `[run]\nkey = "env:LOG_KEY"\n`;
const secret = "the password is tulip";

let fleet: Fleet;
let nats: NatsConnection;
const run = (argv: readonly string[], logKey = key) =>
  fleetCommand(fleet, ["run", ...argv], { env: { LOG_KEY: logKey } });

beforeAll(async () => {
  fleet = await startFleet({ config });
  const { url, creds } = await fleet.hub();
  nats = await connect({
    servers: url,
    authenticator: credsAuthenticator(new TextEncoder().encode(creds)),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
  });
});
afterAll(async () => {
  await nats?.close();
  await fleet?.close();
});

/** Once the daemon has taken the log of that run to the server. */
async function taken(): Promise<void> {
  const isTaken = async () =>
    (await readdir(fleet.paths.runLogsDir)).every((name) => !name.endsWith(".log")) ? true : undefined;
  await eventually(isTaken, () => "the log to be taken to the server", 30_000);
}

/** What an independent client reads of the object store. */
async function stored(id: string): Promise<Buffer> {
  const store = await nats.jetstream().views.os("MAIN_runs");
  return Buffer.from((await store.getBlob(id)) ?? []);
}

describe("fleet run --log full", () => {
  it("[row 143] keeps all output in the object store, encrypted there and on disk, and prints it back", async () => {
    const script = `echo '${secret}'; seq 1 100000; exit 7`;
    const ran = await run(["--title", "kept", "--log", "full", "--", "sh", "-c", script]);
    expect(ran.code).toBe(7);
    const { run: id, logRef, tail } = await endOfRun(fleet, "kept");
    expect(logRef).toBe(`runs/${String(id)}`);
    expect(String(tail).length).toBe(10 * 1024);
    expect(ran.stderr).toContain(`fleet run log ${String(id)}\n`);
    await taken();
    const object = await stored(String(id));
    expect(object.length).toBeGreaterThan(ran.stdout.length);
    expect(object.includes(secret) || object.includes("\n99999\n")).toBe(false);
    const printed = await run(["log", String(id)]);
    expect(printed.code).toBe(0);
    expect(printed.stdout === ran.stdout).toBe(true);
  });

  it("says with another key, and with none, that it cannot be read", async () => {
    const id = String((await endOfRun(fleet, "kept"))["run"]);
    const other = await run(["log", id], otherKey);
    expect(other).toMatchObject({ code: 6, stdout: "", stderr: expect.stringMatching(/another key/) });
    await writeFile(fleet.paths.configFile, "");
    try {
      expect(await run(["log", id])).toMatchObject({
        code: 6,
        stderr: expect.stringMatching(/configure its key/),
      });
    } finally {
      await writeFile(fleet.paths.configFile, config);
    }
  });

  it("keeps nothing where the key is none, says so, and runs the command all the same", async () => {
    const ran = await run(
      ["--title", "unkept", "--log", "full", "--", "sh", "-c", "echo hi; exit 3"],
      "short",
    );
    expect(ran).toMatchObject({ code: 3, stdout: "hi\n" });
    expect(ran.stderr).toMatch(/^fleet: the full log is not kept: reading run\.key: [^\n]*\n$/);
    expect(await endOfRun(fleet, "unkept")).not.toHaveProperty("logRef");
  });

  it("takes the log to the server when it is back; until then it is read from here", async () => {
    process.kill(await fleet.serverPid(), "SIGSTOP");
    const server = await fleet.serverPid();
    try {
      const ran = await run(["--json", "--title", "late", "--log", "full", "--", "echo", secret]);
      const [, id = ""] = /fleet run log (\w+)/.exec(ran.stderr) ?? [];
      expect((await run(["log", id])).stdout).toBe(`${secret}\n`);
      const here = (await readdir(fleet.paths.runLogsDir)).find((name) => name.startsWith(id)) ?? "";
      expect((await readFile(join(fleet.paths.runLogsDir, here))).includes(secret)).toBe(false);
      process.kill(server, "SIGCONT");
      await taken();
      expect((await run(["log", id])).stdout).toBe(`${secret}\n`);
    } finally {
      process.kill(server, "SIGCONT");
    }
  });

  it.each([
    ["01jgp3v0000000000000000000", 3],
    ["../../etc/passwd", 2],
  ])("has no log of run %s: exit %i", async (id, code) => {
    expect((await run(["log", id])).code).toBe(code);
  });
});
