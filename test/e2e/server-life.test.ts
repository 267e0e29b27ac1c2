import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AckPolicy, jetstream, jetstreamManager, RetentionPolicy } from "@nats-io/jetstream";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { binary, cleanup, connectAsHub, serverFolder, start, until } from "./server-fixture.ts";

const statusSchema = z.object({ pid: z.number(), url: z.string() });
const owner = cleanup();
afterEach(() => owner.run());

describe("a managed server whose daemon dies", () => {
  it("outlives a SIGINT to the daemon's process group and a kill -9 of the daemon, and is adopted with its streams", async () => {
    const folder = await serverFolder(owner);
    const daemon = await daemonProcess(folder);
    process.kill(-daemon.pid, "SIGINT");
    await until(async () => (await readFile(join(folder, "sigint"), "utf8").catch(() => "")) === "seen");
    process.kill(daemon.pid, "SIGKILL");
    await once(daemon.child, "exit");
    const server = await start(folder, owner);
    expect(server.status()).toMatchObject({ pid: daemon.serverPid, url: daemon.url, isAdopted: true });
    const hub = await connectAsHub(server, folder, owner);
    await (await jetstreamManager(hub)).streams.add({ name: "S", subjects: ["s"] });
    expect((await jetstream(hub).publish("s")).seq).toBe(1);
  });
});

/** Enough that a clean end would take half a minute (NATS.md, decision 5). 10000 takes a minute to set up. */
const consumers = Number(process.env["FLEET_TEST_CONSUMERS"] ?? 2500);

describe("a managed server with thousands of consumers", () => {
  it("stops in seconds and has kept messages, consumers and acknowledgements", async () => {
    const folder = await serverFolder(owner);
    const server = await start(folder, owner);
    const hub = await connectAsHub(server, folder, owner);
    const manager = await jetstreamManager(hub, { timeout: 30_000 });
    await manager.streams.add({ name: "INBOX", subjects: ["in.*"], retention: RetentionPolicy.Limits });
    const js = jetstream(hub);
    for (let i = 0; i < 10; i++) await js.publish("in.7", String(i));
    await inLanes(consumers, 64, (i) =>
      manager.consumers.add("INBOX", {
        durable_name: `c${i}`,
        ack_policy: AckPolicy.Explicit,
        filter_subject: `in.${i}`,
      }),
    );
    const consumer = await js.consumers.get("INBOX", "c7");
    for (let i = 0; i < 4; i++) await (await consumer.next())?.ackAck();

    const since = performance.now();
    await server.stop();
    const stopMs = performance.now() - since;
    expect(stopMs).toBeLessThan(5000);

    const again = await start(folder, owner);
    const startMs = performance.now() - since - stopMs;
    console.log(
      `${consumers} consumers: stopped in ${Math.round(stopMs)} ms, started in ${Math.round(startMs)} ms`,
    );
    const after = await jetstreamManager(await connectAsHub(again, folder, owner), { timeout: 30_000 });
    expect((await after.streams.info("INBOX")).state).toMatchObject({
      messages: 10,
      consumer_count: consumers,
    });
    expect(await after.consumers.info("INBOX", "c7")).toMatchObject({
      ack_floor: { stream_seq: 4 },
      num_pending: 6,
    });
  });
});

async function inLanes(count: number, lanes: number, work: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** A process of its own that runs a managed server as the daemon does, from the built package. */
async function daemonProcess(folder: string) {
  const script = join(folder, "daemon.mjs");
  await writeFile(script, daemonScript(folder));
  const child = spawn(process.execPath, [script], { detached: true, stdio: ["ignore", "pipe", "inherit"] });
  owner.add(async () => child.kill("SIGKILL"));
  child.stdout.setEncoding("utf8");
  const died = once(child, "exit").then(() => Promise.reject(new Error("the daemon's stand-in died")));
  const [line]: unknown[] = await Promise.race([once(child.stdout, "data"), died]);
  died.catch(() => {}); // later it is meant to die
  const { pid: serverPid, url } = statusSchema.parse(JSON.parse(String(line)));
  return { child, pid: child.pid ?? 0, serverPid, url };
}

function daemonScript(folder: string): string {
  const entry = (built: string) => JSON.stringify(new URL(`../../packages/${built}`, import.meta.url).href);
  return `
import { writeFileSync } from "node:fs";
import { systemClock } from ${entry("core/dist/index.js")};
import { startServer } from ${entry("daemon/dist/server/index.js")};
const quiet = () => {};
process.on("SIGINT", () => writeFileSync(${JSON.stringify(join(folder, "sigint"))}, "seen"));
const server = await startServer({
  paths: { serverDir: ${JSON.stringify(folder)} },
  binary: ${JSON.stringify(binary)},
  log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  clock: systemClock,
});
console.log(JSON.stringify(server.status()));
setInterval(quiet, 1000);
`;
}
