import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { isAlive } from "../../support/alive.ts";
import { newHome, type Home } from "../../support/fleet/home.ts";
import { buildPackage, type BuiltPackage } from "../../support/fleet/package.ts";

let built: BuiltPackage;
const opened: Home[] = [];

async function home(env: Readonly<Record<string, string>> = {}): Promise<Home> {
  const made = await newHome({ command: built.bin, env });
  opened.push(made);
  return made;
}

beforeAll(async () => {
  built = await buildPackage();
});
afterAll(async () => {
  await Promise.all(opened.map((each) => each.close()));
  await built.remove();
});

const mailSchema = z.object({ items: z.array(z.object({ body: z.string() })) });
const sentSchema = z.object({ stage: z.string() });

/** What has come for the person, once the daemon has had its time to send it. */
async function bodiesAt(at: Home, count: number): Promise<readonly string[]> {
  const bodies: string[] = [];
  await expect
    .poll(
      async () => {
        const { items } = mailSchema.parse((await at.run(["inbox", "--json"])).json());
        return bodies.push(...items.map(({ body }) => body));
      },
      { timeout: 30_000, interval: 100 },
    )
    .toBeGreaterThanOrEqual(count);
  return bodies;
}

async function pidsOf(at: Home): Promise<{ readonly pid: number; readonly server: number }> {
  const { pid, server } = await at.status();
  return { pid, server: z.number().parse(server.pid) };
}

describe("a daemon that was stopped and answers nothing", () => {
  it("is named by up and doctor, ended by down with its server that hangs too; what it had spooled is delivered by the next", async () => {
    const at = await home();
    await at.run(["up"]);
    const { pid, server } = await pidsOf(at);
    process.kill(server, "SIGSTOP");
    const sent = await at.run(["pub", "me", "spooled before", "--note", "--json"]);
    expect(sentSchema.parse(sent.json()).stage).toBe("spooled");
    process.kill(pid, "SIGSTOP");

    const before = performance.now();
    const up = await at.run(["up"]);
    expect(up).toMatchObject({ code: 7, stdout: "" });
    expect(up.stderr).toBe(`fleet: asking the daemon, pid ${pid}: it stands still; fleet down ends it\n`);
    expect(performance.now() - before).toBeLessThan(20_000);
    const doctor = await at.run(["doctor"]);
    expect(doctor.code).toBe(1);
    expect(doctor.stdout).toContain(`pid ${pid}: it stands still; fleet down ends it\n      → fleet down`);

    const down = await at.run(["down"]);
    expect(down.stderr).toBe(
      `fleet: the daemon, pid ${pid}, does not answer: ending it with SIGTERM\nfleet: stopped\n`,
    );
    expect([down.code, isAlive(pid), isAlive(server)]).toEqual([0, false, false]);

    expect((await at.run(["up"])).code).toBe(0);
    expect(await bodiesAt(at, 1)).toEqual(["spooled before"]);
  });
});

describe("a daemon whose main thread waits for ever", () => {
  /** Locks up at a signal, as a fault in Node itself did. */
  const locksUp = async (at: Home) => {
    const file = join(at.home, "lock-up.mjs");
    await writeFile(
      file,
      'process.on("SIGUSR2", () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));',
    );
    const env = { NODE_OPTIONS: `--import=${pathToFileURL(file).href}` };
    expect((await at.run(["up"], { env })).code).toBe(0);
    const pids = await pidsOf(at);
    expect((await at.run(["pub", "me", "stored before", "--note"])).code).toBe(0);
    process.kill(pids.pid, "SIGUSR2");
    return pids;
  };
  const forced = (pid: number) =>
    [
      `fleet: the daemon, pid ${pid}, does not answer: ending it with SIGTERM`,
      `fleet: pid ${pid} takes no SIGTERM: ending it with SIGKILL; what it accepted is on disk`,
      "",
    ].join("\n");

  it("is ended by restart, whose daemon goes on with the same server and all that was said", async () => {
    const at = await home();
    const before = await locksUp(at);
    const restarted = await at.run(["restart"]);
    expect(restarted).toMatchObject({ code: 0, stderr: expect.stringContaining(forced(before.pid)) });
    expect(isAlive(before.pid)).toBe(false);
    const after = await pidsOf(at);
    expect(after.server).toBe(before.server);
    expect(await bodiesAt(at, 1)).toEqual(["stored before"]);
  });

  it("is ended by down, and its server with it; the next up works", async () => {
    const at = await home();
    const before = await locksUp(at);
    const down = await at.run(["down"]);
    expect(down).toMatchObject({ code: 0, stderr: `${forced(before.pid)}fleet: stopped\n` });
    expect([isAlive(before.pid), isAlive(before.server)]).toEqual([false, false]);
    expect((await at.run(["up"])).code).toBe(0);
    expect(await bodiesAt(at, 1)).toEqual(["stored before"]);
  });
});
