import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAlive } from "../../support/alive.ts";
import { newHome, type Home, type HomeOptions } from "../../support/fleet/home.ts";
import { buildPackage, type BuiltPackage } from "../../support/fleet/package.ts";
import { eventually } from "../../support/tmux.ts";

let built: BuiltPackage;
const opened: Home[] = [];
/** Takes its time beside the other tests. */
let unreachable: ReturnType<typeof upWithoutServer>;

/** A home of the built command, closed at the end. */
async function home(options: Omit<HomeOptions, "command"> = {}): Promise<Home> {
  const made = await newHome({ ...options, command: built.bin });
  opened.push(made);
  return made;
}

beforeAll(async () => {
  built = await buildPackage();
  unreachable = upWithoutServer();
});
afterAll(async () => {
  await Promise.all(opened.map((each) => each.close()));
  await built.remove();
});

async function listenOn(port: number): Promise<Server> {
  const server = createServer((socket) => socket.end("not yours\n"));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it listens on no port");
  return address.port;
}

async function closed(server: Server): Promise<void> {
  server.close();
  await once(server, "close");
}

describe("a config that cannot be read", () => {
  it("is refused at the start with all its problems at once, each with its place", async () => {
    const lines = ['machine = "lab"', "[wake]", 'per_sesion = "20/h"', "[inbox]", "depth = 0", "colour = 1"];
    const at = await home({ config: lines.join("\n") });
    for (const argv of [["up"], ["config", "validate"], ["pub", "me", "hello"]]) {
      const ran = await at.run(argv);
      expect(ran.code).toBe(2);
      expect(ran.stderr).toMatch(/3:1 wake\.per_sesion: .*per_session/);
      expect(ran.stderr).toMatch(/5:1 inbox\.depth/);
      expect(ran.stderr).toMatch(/6:1 inbox\.colour/);
    }
    expect((await at.run(["status"])).code).toBe(7);
  });
});

describe("one daemon a machine", () => {
  it("comes of two that start at once, and stays when another one is asked for", async () => {
    const at = await home();
    const both = await Promise.all([at.run(["up"]), at.run(["up"])]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    const pids = both.map(({ stderr }) => /, pid (\d+), server/.exec(stderr)?.[1]);
    const { pid } = await at.status();
    expect(pids).toEqual([String(pid), String(pid)]);
    const second = await at.run(["up", "--foreground"]);
    expect(second.code).toBe(4);
    expect(second.stderr).toContain(`another one runs with pid ${pid}`);
    const other = await at.run(["up", "--connect", "nats://127.0.0.1:1"]);
    expect(other.code).toBe(4);
    expect((await at.status()).pid).toBe(pid);
  });

  it("starts over the socket and the lock that a killed one left, and over a lock whose pid is somebody else's now", async () => {
    const at = await home();
    await at.run(["up"]);
    const before = await at.status();
    process.kill(before.pid, "SIGKILL");
    await eventually(
      () => (isAlive(before.pid) ? undefined : true),
      () => "the daemon to die",
    );
    await stat(at.paths.socketFile);
    await stat(at.paths.lockFile);
    const again = await at.run(["up"]);
    expect(again.code).toBe(0);
    const after = await at.status();
    expect(after.pid).not.toBe(before.pid);
    expect(after.server.pid).toBe(before.server.pid);

    await at.run(["down"]);
    await writeFile(at.paths.lockFile, `${process.pid} 1\n`);
    expect((await at.run(["up"])).code).toBe(0);
  });

  it("runs on where the machine takes no unit", async () => {
    const at = await home();
    await at.run(["up"]);
    const bin = join(at.home, "bin");
    await mkdir(bin, { recursive: true });
    await writeFile(join(bin, "systemctl"), "#!/bin/sh\necho no bus >&2\nexit 1\n", { mode: 0o755 });
    const env = { PATH: `${bin}:${process.env["PATH"] ?? ""}` };
    const installed = await at.run(["up", "--install-unit"], { env });
    expect(installed).toMatchObject({ code: 1, stderr: expect.stringContaining("no bus") });
    expect((await at.run(["status"])).code).toBe(0);
  });

  it("leaves no server behind: down ends that of a daemon that was killed", async () => {
    const at = await home();
    await at.run(["up"]);
    const { pid, server } = await at.status();
    process.kill(pid, "SIGKILL");
    await eventually(
      () => (isAlive(pid) ? undefined : true),
      () => "the daemon to die",
    );
    expect(server.pid === undefined || isAlive(server.pid)).toBe(true);
    const down = await at.run(["down"]);
    expect(down).toMatchObject({ code: 0, stderr: expect.stringContaining("left behind has ended") });
    expect(server.pid === undefined || isAlive(server.pid)).toBe(false);
    expect((await at.run(["down"])).stderr).toBe("fleet: it was not running\n");
  });
});

describe("a port that a stranger has", () => {
  it("[case 45] is the stranger's: daemon and server take other ports, and it goes on undisturbed", async () => {
    const at = await home();
    await at.run(["up"]);
    const before = await at.status();
    const serverPort = Number(new URL(before.server.url).port);
    await at.run(["down"]);
    expect(before.server.pid === undefined || isAlive(before.server.pid)).toBe(false);
    const nats = spawn("nats-server", ["-a", "127.0.0.1", "-p", String(serverPort)], {
      env: at.env,
      stdio: "ignore",
    });
    const stranger = await listenOn(before.port);
    try {
      await eventually(
        async () => (await isListening(serverPort)) || undefined,
        () => "the strange server to listen",
      );
      expect((await at.run(["up"])).code).toBe(0);
      const after = await at.status();
      expect([before.port, serverPort]).not.toContain(after.port);
      expect(new URL(after.server.url).port).not.toBe(String(serverPort));
      expect((await at.run(["pub", "me", "hello", "--note"])).code).toBe(0);
      await at.run(["restart"]);
      await at.run(["down"]);
      expect(nats.exitCode === null && nats.signalCode === null).toBe(true);
      expect(stranger.listening).toBe(true);
    } finally {
      nats.kill("SIGKILL");
      await closed(stranger);
    }
  });
});

async function isListening(port: number): Promise<boolean> {
  const probe = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => resolve(true));
  });
  if (isFree) await closed(probe);
  return !isFree;
}

describe("the command through links", () => {
  it("[case 26] works as `fleet` on PATH that is a link to a link, also where it starts the daemon", async () => {
    const at = await home();
    const bin = join(at.home, "bin");
    await mkdir(bin);
    await symlink(built.bin, join(bin, "fleet-1"));
    await symlink("fleet-1", join(bin, "fleet"));
    const child = spawn("fleet up && fleet status --json", {
      shell: true,
      env: { ...at.env, PATH: `${bin}:${at.env["PATH"]}` },
      stdio: ["ignore", "pipe", "ignore"],
    });
    const out: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    const [code] = await once(child, "close");
    expect(code).toBe(0);
    expect(JSON.parse(Buffer.concat(out).toString())).toMatchObject({ machine: "lab" });
  });
});

async function upWithoutServer() {
  const at = await home();
  const free = await listenOn(0);
  const address = `127.0.0.1:${portOf(free)}`;
  await closed(free);
  const started = performance.now();
  const up = await at.run(["up", "--connect", `nats://user:s3cr3t-word@${address}`]);
  return { at, address, up, tookMs: performance.now() - started };
}

describe("fleet up with a server that is not there", () => {
  it("[case 44] ends with exit 7 and the reason, and says the credential nowhere", async () => {
    const { at, address, up, tookMs } = await unreachable;
    expect(tookMs).toBeLessThan(40_000);
    expect(up.code).toBe(7);
    expect(up.stderr).toContain(`connecting to nats://${address}: connection refused`);
    const logs = join(at.paths.logFile, "..");
    const texts = await Promise.all((await readdir(logs)).map((name) => readFile(join(logs, name), "utf8")));
    expect(texts.join("")).toContain(address);
    expect([up.stdout, up.stderr, ...texts].join("")).not.toMatch(/s3cr3t-word|user:/);
    expect((await at.run(["status"])).code).toBe(7);
    await expect(stat(at.paths.lockFile)).rejects.toMatchObject({ code: "ENOENT" });
  });
});
