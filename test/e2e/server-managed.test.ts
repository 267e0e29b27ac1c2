import { spawn } from "node:child_process";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { FleetError } from "@fleetbus/core";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { afterEach, describe, expect, it } from "vitest";
import { isAlive } from "../support/alive.ts";
import { binary, cleanup, connectAsHub, serverFolder, start, until } from "./server-fixture.ts";

const owner = cleanup();
afterEach(() => owner.run());

describe("the managed server", () => {
  it("listens on loopback only, syncs every write, caps no consumers, and keeps its files to its user", async () => {
    const folder = await serverFolder(owner);
    const server = await start(folder, owner);
    const { url, monitorUrl, state, pid, restarts, isAdopted } = server.status();
    expect({ state, restarts, isAdopted }).toEqual({ state: "running", restarts: 0, isAdopted: false });
    const varz = await getJson(`${monitorUrl}/varz`);
    expect(varz).toMatchObject({
      host: "127.0.0.1",
      http_host: "127.0.0.1",
      port: Number(new URL(url).port),
      jetstream: { config: { sync_always: true, store_dir: join(folder, "store", "jetstream") } },
    });
    expect(Number(await readFile(join(folder, "nats-server.pid"), "utf8"))).toBe(pid);
    expect((await stat(join(folder, "keys"))).mode & 0o777).toBe(0o700);
    for (const file of ["keys/keys.json", "nats-server.conf", "state.json"]) {
      expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600);
    }
  });

  it("refuses whoever has no credential", async () => {
    const folder = await serverFolder(owner);
    const server = await start(folder, owner);
    await expect(connect({ servers: server.status().url, reconnect: false })).rejects.toThrow(/[Aa]uthoriz/);
  });

  it("is restarted on the same port when it is killed, and has kept what it acknowledged", async () => {
    const folder = await serverFolder(owner);
    const server = await start(folder, owner);
    const before = server.status();
    const hub = await connectAsHub(server, folder, owner);
    await (await jetstreamManager(hub)).streams.add({ name: "KEPT", subjects: ["kept"] });
    for (let i = 0; i < 20; i++) await jetstream(hub).publish("kept", String(i));
    const states: string[] = [];
    server.onChange((status) => states.push(status.state));
    process.kill(before.pid, "SIGKILL");
    await until(() => server.status().restarts === 1);
    expect(states).toEqual(["restarting", "running"]);
    expect(server.status().url).toBe(before.url);
    expect(server.status().pid).not.toBe(before.pid);
    const again = await connectAsHub(server, folder, owner);
    expect((await (await jetstreamManager(again)).streams.info("KEPT")).state.messages).toBe(20);
  });

  it("keeps its port between runs, and leaves it to a stranger who took it meanwhile", async () => {
    const folder = await serverFolder(owner);
    const first = await start(folder, owner);
    const { url } = first.status();
    await first.stop();
    expect(first.status().state).toBe("stopped");
    const second = await start(folder, owner);
    expect(second.status().url).toBe(url);
    await second.stop();
    const stranger = await listen(Number(new URL(url).port));
    const third = await start(folder, owner);
    expect(third.status().url).not.toBe(url);
    expect(stranger.listening).toBe(true);
  });

  it("takes another port than the wanted one where a stranger listens there", async () => {
    const stranger = await listen(0);
    const address = stranger.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    const server = await start(await serverFolder(owner), owner, { port });
    expect(server.status().url).not.toBe(`nats://127.0.0.1:${port}`);
    expect(stranger.listening).toBe(true);
  });

  it("is adopted by the next daemon, watched, and restarted when it dies then", async () => {
    const folder = await serverFolder(owner);
    const first = await start(folder, owner);
    await first.release();
    const second = await start(folder, owner);
    expect(second.status()).toMatchObject({
      pid: first.status().pid,
      url: first.status().url,
      isAdopted: true,
    });
    process.kill(second.status().pid, "SIGKILL");
    await until(() => second.status().restarts === 1);
    expect(second.status()).toMatchObject({ state: "running", url: first.status().url, isAdopted: false });
    await second.stop();
    await until(() => !isAlive(second.status().pid));
  });

  it("is replaced, not doubled, when fleet's config of it has changed", async () => {
    const folder = await serverFolder(owner);
    const first = await start(folder, owner);
    await first.release();
    const second = await start(folder, owner, { limits: { maxFileBytes: 2 ** 30, maxMemoryBytes: 2 ** 20 } });
    expect(second.status().isAdopted).toBe(false);
    await until(() => !isAlive(first.status().pid));
  });

  it("never touches a stranger whose pid stands in an old pid file", async () => {
    const folder = await serverFolder(owner);
    const stranger = spawn("sleep", ["60"]);
    owner.add(async () => stranger.kill("SIGKILL"));
    await writeFile(join(folder, "nats-server.pid"), String(stranger.pid));
    const server = await start(folder, owner);
    await server.stop();
    expect(isAlive(stranger.pid ?? 0)).toBe(true);
  });

  it("does not start a second server on a store whose server it cannot identify", async () => {
    const folder = await serverFolder(owner);
    const first = await start(folder, owner);
    await first.release();
    const pidFile = join(folder, "nats-server.pid");
    const ports = join(folder, "ports", `nats-server_${first.status().pid}.ports`);
    const kept = { pid: await readFile(pidFile), ports: await readFile(ports) };
    await Promise.all([rm(pidFile), rm(ports)]);
    await expect(start(folder, owner)).rejects.toThrow(
      /runs at 127\.0\.0\.1:\d+ already, but its pid file is gone/,
    );
    await Promise.all([writeFile(pidFile, kept.pid), writeFile(ports, kept.ports)]);
    const again = await start(folder, owner);
    expect(again.status().pid).toBe(first.status().pid);
  });

  it("is given up after a crash loop, with what the server said", async () => {
    const folder = await serverFolder(owner);
    // Starts once, then no more: as a server whose store or executable has gone bad.
    const flaky = await executable(
      folder,
      `if [ -e ${folder}/ran ]; then echo "store is broken" >&2; exit 3; fi; : > ${folder}/ran; exec ${binary} "$@"`,
    );
    const restart = { firstDelayMs: 1, maxDelayMs: 5, stableMs: 60_000, maxCrashes: 4 };
    const server = await start(folder, owner, { binary: flaky, restart });
    process.kill(server.status().pid, "SIGKILL");
    await until(() => server.status().state === "failed");
    expect(server.status().error?.message).toMatch(
      /it died 4 times in a row, given up; starting nats-server: exit code 3: store is broken/,
    );
    await server.stop();
  });

  it.each([
    ["that does not exist", "/nowhere/nats-server", /starting \/nowhere\/nats-server: it does not run/],
    ["that is something else", "/bin/false", /exit code 1/],
  ])("says why it cannot start an executable %s", async (_, path, expected) => {
    await expect(start(await serverFolder(owner), owner, { binary: path })).rejects.toThrow(expected);
  });

  it("refuses a server that is too old, and leaves none running", async () => {
    const folder = await serverFolder(owner);
    const old = await executable(folder, oldServer, process.execPath);
    const error: unknown = await start(folder, owner, { binary: old }).catch((thrown: unknown) => thrown);
    if (!(error instanceof FleetError)) throw new Error("expected a FleetError");
    expect(error.code).toBe("version");
    expect(error.message).toContain("it is 2.10.27, fleet needs 2.14.0 or newer");
    const pid = Number(await readFile(join(folder, "old.pid"), "utf8"));
    await until(() => !isAlive(pid));
  });

  it("stops a start that is no longer wanted", async () => {
    const folder = await serverFolder(owner);
    const mute = await executable(folder, mutePid, process.execPath);
    const giveUp = new AbortController();
    const starting = start(folder, owner, { binary: mute, signal: giveUp.signal });
    await until(() =>
      readFile(join(folder, "mute.pid"), "utf8").then(
        (text) => text !== "",
        () => false,
      ),
    );
    giveUp.abort(new Error("not wanted"));
    await expect(starting).rejects.toThrow("not wanted");
    const pid = Number(await readFile(join(folder, "mute.pid"), "utf8"));
    await until(() => !isAlive(pid));
  });
});

const mutePid = `
require("node:fs").writeFileSync(require("node:path").dirname(process.argv[3]) + "/mute.pid", String(process.pid));
setTimeout(() => {}, 60_000);
`;

const oldServer = `
const { createServer } = require("node:net");
const { readFileSync, writeFileSync } = require("node:fs");
const { dirname, join } = require("node:path");
const config = JSON.parse(readFileSync(process.argv[3], "utf8"));
writeFileSync(join(dirname(process.argv[3]), "old.pid"), String(process.pid));
const hello = "INFO " + JSON.stringify({ server_name: config.server_name, version: "2.10.27" }) + "\\r\\n";
createServer((socket) => socket.on("error", () => {}).end(hello)).listen(Number(config.listen.split(":")[1]), "127.0.0.1", () => {
  writeFileSync(join(config.ports_file_dir, "old_" + process.pid + ".ports"), JSON.stringify({ monitoring: ["http://127.0.0.1:1"] }));
});
`;

async function executable(folder: string, text: string, interpreter = "/bin/sh"): Promise<string> {
  const path = join(folder, "stand-in");
  await writeFile(path, `#!${interpreter}\n${text}\n`, { mode: 0o755 });
  return path;
}

async function listen(port: number) {
  const stranger = createServer();
  await new Promise<void>((resolve, reject) => {
    stranger.once("error", reject);
    stranger.listen(port, "127.0.0.1", resolve);
  });
  owner.add(() => new Promise((resolve) => stranger.close(resolve)));
  return stranger;
}

async function getJson(url: string): Promise<unknown> {
  return (await fetch(url, { signal: AbortSignal.timeout(5000) })).json();
}
