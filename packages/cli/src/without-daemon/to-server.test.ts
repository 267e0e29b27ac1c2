import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { decodeMessage, pathsOf, systemClock, type Paths } from "@fleetbus/core";
import { connectBus } from "@fleetbus/core/bus";
import { openCredentials, startServer, type ManagedServer } from "@fleetbus/daemon/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emptyHome, runFleet } from "../stand-in.test.support.ts";

let home = "";
let paths: Paths;
let server: ManagedServer;

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

beforeAll(async () => {
  home = await emptyHome();
  paths = pathsOf({ FLEET_HOME: home });
  const binary = process.env["FLEET_NATS_SERVER"] ?? "nats-server";
  server = await startServer({ paths, binary, log: quiet, clock: systemClock });
  await withHub((bus) => bus.ensureLayout());
});
afterAll(async () => {
  await server.stop();
  await rm(home, { recursive: true, force: true });
});

/** As the daemon is connected when it runs. */
async function withHub<T>(work: (bus: Awaited<ReturnType<typeof connectBus>>) => Promise<T>): Promise<T> {
  const credentials = await openCredentials({ paths, clock: systemClock });
  const creds = credentials.hubCredentials();
  const bus = await connectBus({
    servers: server.status().url,
    ns: "main",
    name: "test",
    credentials: { creds },
    mode: "once",
  });
  try {
    return await work(bus);
  } finally {
    await bus.close();
  }
}

/** All that is stored. */
async function inbox() {
  return withHub(async (bus) => {
    const options = {
      subjects: ["fleet.main.inbox.>"],
      from: "all",
      untilCaughtUp: true,
      signal: AbortSignal.timeout(10_000),
    } as const;
    const found = [];
    for await (const incoming of bus.read("INBOX", options)) found.push(decodeMessage("main", incoming));
    return found;
  });
}

describe("fleet pub with the daemon down and the server up", () => {
  test("stores the message with the caller's own credential, and says that this is all", async () => {
    const ran = await runFleet(
      ["pub", "web", "over the fence", "--subject", "s", "--id", "m1", "--json"],
      home,
    );
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      id: "m1",
      from: "lab/me",
      to: ["lab/web"],
      stage: "stored",
      stream: "INBOX",
      isDuplicate: false,
    });
    expect(ran.stderr).toMatch(
      /stored by the server without the daemon: that is all that can be promised now/,
    );
    expect(await inbox()).toMatchObject([
      { id: "m1", from: { session: "me" }, to: { session: "web" }, body: "over the fence", subject: "s" },
    ]);
  });

  test("a human whom nobody has proved counts as an agent", async () => {
    expect((await inbox())[0]).toMatchObject({ origin: "agent" });
  });

  test("the same id again is the same message", async () => {
    expect((await runFleet(["pub", "web", "over the fence", "--id", "m1"], home)).stdout).toMatch(
      /it was there already/,
    );
    expect(await inbox()).toHaveLength(1);
  });

  test("sends as the session that the environment names", async () => {
    await runFleet(["pub", "lab/api", "b", "--id", "m2"], home, { env: { FLEET_SESSION: "web" } });
    expect((await inbox()).at(-1)).toMatchObject({
      id: "m2",
      from: { machine: "lab", session: "web" },
      to: { machine: "lab", session: "api" },
    });
  });

  test("what the server would never take is refused, not kept", async () => {
    expect((await runFleet(["pub", "web", "b", "--type", "No Label"], home)).code).toBe(2);
    await expect(readdir(paths.dropDir)).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("a wait for more than stored ends with 5", async () => {
    const ran = await runFleet(["pub", "web", "b", "--wait", "done"], home);
    expect(ran).toMatchObject({
      code: 5,
      stderr: expect.stringContaining("without the daemon nobody sees more"),
    });
  });

  test.each(["all", "lab/all", "parent", "role:review", "any"])(
    "%s needs a daemon to know who is meant: kept for it",
    async (target) => {
      const before = (await inbox()).length;
      const ran = await runFleet(["pub", target, "b"], home);
      expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining(`spooled  ${target}`) });
      expect(await inbox()).toHaveLength(before);
      expect((await readdir(paths.dropDir)).length).toBeGreaterThan(0);
    },
  );
});

describe("fleet context", () => {
  test("names the URL and a credentials file by which another NATS tool gets in", async () => {
    const { stdout } = await runFleet(["context", "--json"], home);
    expect(JSON.parse(stdout)).toMatchObject({
      url: server.status().url,
      creds: expect.stringMatching(/\.creds$/),
    });
    const asSession = await runFleet(["context", "--session", "web", "--json"], home);
    expect(JSON.parse(asSession.stdout)).toMatchObject({ inbox_prefix: expect.stringContaining("web") });
    expect((await runFleet(["context", "--session", "web", "--system"], home)).code).toBe(2);
  });

  test("says that there is none where no server has run", async () => {
    const other = await emptyHome();
    expect(await runFleet(["context"], other)).toMatchObject({
      code: 7,
      stderr: expect.stringContaining("no server of fleet's own has run here"),
    });
    await rm(join(other), { recursive: true, force: true });
  });
});
