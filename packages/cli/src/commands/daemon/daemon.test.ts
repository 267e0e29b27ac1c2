import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startStandIn, type StandIn } from "../../stand-in.test.support.ts";

const status = {
  version: "0.1.0",
  machine: "lab",
  pid: 1,
  server: { url: "nats://127.0.0.1:4222", isConnected: true },
  spool: { pending: 0, bytes: 0, torn: 0 },
};

let daemon: StandIn;

beforeEach(async () => void (daemon = await startStandIn({ "GET /v1/status": status })));
afterEach(() => daemon.close());

describe("fleet up", () => {
  test("says that a daemon runs already, and with which server", async () => {
    expect(await daemon.fleet(["up"])).toEqual({
      code: 0,
      stdout: "",
      stderr: "fleet: it runs already: daemon 0.1.0 of lab, pid 1, server nats://127.0.0.1:4222\n",
    });
  });

  test("with another server than the running one's is a conflict: exit 4", async () => {
    expect(await daemon.fleet(["up", "--connect", "nats://hub:4222"])).toMatchObject({
      code: 4,
      stderr: expect.stringContaining("fleet down ends it first"),
    });
  });
});

describe("fleet status", () => {
  test("says where the daemon's log is", async () => {
    const whole = { ...status, logFile: "/home/a/.local/share/fleet/log/daemon.log" };
    daemon.on("GET /v1/status", (_asked, response) => void response.end(JSON.stringify(whole)));
    expect(await daemon.fleet(["status"])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^log +\/home\/a\/.local\/share\/fleet\/log\/daemon.log$/m),
    });
  });
});

describe("fleet status of adapters", () => {
  test.each([
    [1, /^adapters +1 of 3 failing: fleet adapter list$/m],
    [0, /^(?![^]*adapters)/],
  ])("where %i of three fail", async (failing, said) => {
    const whole = { ...status, adapters: { count: 3, failing } };
    daemon.on("GET /v1/status", (_asked, response) => void response.end(JSON.stringify(whole)));
    expect((await daemon.fleet(["status"])).stdout).toMatch(said);
  });
});

describe("fleet restart", () => {
  test("with a config that has problems stops nothing: exit 2", async () => {
    const file = join(daemon.home, "broken.toml");
    await writeFile(file, 'machin = "lab"');
    const ran = await daemon.fleet(["restart"], { env: { FLEET_CONFIG: file } });
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining("machin") });
    expect(daemon.asked).toEqual([]);
  });
});

describe("fleet down", () => {
  test("ends daemon and server, and waits until nobody listens", async () => {
    let left = 3;
    daemon.on("POST /v1/stop", (_asked, response) => void response.writeHead(202).end("{}"));
    daemon.on("GET /healthz", (_asked, response) => {
      left -= 1;
      // Gone before the answer: the command looks again as soon as it has that.
      const gone = left === 0 ? rm(join(daemon.home, "run", "fleet.sock")) : Promise.resolve();
      void gone.then(() => response.end("{}"));
    });
    expect(await daemon.fleet(["down"])).toEqual({ code: 0, stdout: "", stderr: "fleet: stopped\n" });
    expect(left).toBe(0);
    expect(daemon.asked[0]).toMatchObject({ route: "POST /v1/stop", body: { server: true } });
    expect(await daemon.fleet(["down"])).toMatchObject({ code: 0, stderr: "fleet: it was not running\n" });
  });
});

describe.runIf(process.platform === "linux")("fleet up --install-unit", () => {
  const unit = () => join(daemon.home, ".config", "systemd", "user", "fleet.service");

  async function withSystemctl(exit: number): Promise<Readonly<Record<string, string>>> {
    const bin = join(daemon.home, "bin");
    await mkdir(bin, { recursive: true });
    await writeFile(join(bin, "systemctl"), `#!/bin/sh\necho "$@" >> "$HOME/calls"\nexit ${exit}\n`, {
      mode: 0o755,
    });
    return { PATH: `${bin}:/usr/bin:/bin` };
  }

  beforeEach(() => {
    daemon.on("POST /v1/stop", (_asked, response) => {
      response.writeHead(202).end("{}", () => void rm(join(daemon.home, "run", "fleet.sock")));
    });
  });

  test("[row 177] writes the unit with what it must carry, makes room and switches it on; uninstall takes it back", async () => {
    const env = await withSystemctl(0);
    const ran = await daemon.fleet(["up", "--install-unit"], { env, entry: "/opt/fleet.js" });
    expect(ran).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("the machine starts it from now on"),
    });
    const text = await readFile(unit(), "utf8");
    expect(text).toContain(
      `ExecStart=${process.execPath} --max-semi-space-size=2 /opt/fleet.js up --foreground`,
    );
    expect(text).toContain(`FLEET_HOME=${daemon.home}`);
    expect(text).not.toContain("FLEET_NO_AUTOSTART");
    expect(await readFile(join(daemon.home, "calls"), "utf8")).toMatch(
      /^--user daemon-reload\n--user enable --now fleet\.service\n/,
    );
    expect((await daemon.fleet(["uninstall", "--yes"], { env })).stderr).toContain("took the unit back");
    await expect(stat(unit())).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("keeps the chosen server, which may hold a password, out of the command line that everybody can read", async () => {
    const env = await withSystemctl(0);
    const url = "nats://fleet:secret@hub:4222";
    await daemon.fleet(["up", "--install-unit", "--connect", url], { env, entry: "/opt/fleet.js" });
    const lines = (await readFile(unit(), "utf8")).split("\n");
    expect(lines.filter((line) => line.includes("secret"))).toEqual([expect.stringMatching(/^Environment=/)]);
    expect((await stat(unit())).mode & 0o777).toBe(0o600);
  });

  test("says what to run by hand where the machine has no such service: exit 1", async () => {
    const ran = await daemon.fleet(["up", "--install-unit"], { env: await withSystemctl(1) });
    expect(ran).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("running systemctl --user daemon-reload"),
    });
  });
});
