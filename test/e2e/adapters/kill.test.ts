import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { NatsConnection } from "nats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { connectAsChecker } from "../../support/checker/stored.ts";
import { startReceiver, type Receiver } from "../../support/far/receiver.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { eventually } from "../../support/tmux.ts";
import { publishEvent } from "./publish.ts";

const poster = fileURLToPath(new URL("poster.mjs", import.meta.url));
const viewSchema = z.object({
  items: z.array(z.looseObject({ name: z.string(), state: z.string(), sent: z.number() })),
});
const statusSchema = z.looseObject({ configProblem: z.string().optional() });

let fleet: Fleet;
let receiver: Receiver;
let connection: NatsConnection;

beforeAll(async () => {
  receiver = await startReceiver(
    () => new Promise((resolve) => setTimeout(() => resolve(204), 5 + Math.random() * 20)),
  );
  fleet = await startFleet();
  connection = await connectAsChecker(await fleet.hub());
  await copyFile(poster, join(fleet.home, "poster.mjs"));
});

afterAll(async () => {
  await connection.close();
  await fleet.close();
  await receiver.close();
});

const entry = (more = "") =>
  `[[adapter]]\nname = "hook"\ntype = "./poster.mjs"\ntarget = "${receiver.url}"\non = ["run.finished"]\nallow_private = ["${receiver.host}"]\n${more}`;

async function adapters() {
  const answer = await fleet.api("GET", "/v1/adapters");
  return viewSchema.parse(answer.json).items;
}

async function until(what: string, is: () => boolean | Promise<boolean>, timeoutMs = 30_000): Promise<void> {
  await eventually(
    async () => ((await is()) ? true : undefined),
    () => what,
    timeoutMs,
  );
}

describe("an adapter of one's own", () => {
  test("is started by a change of the config, without a restart, and stays as it is when the next one has problems", async () => {
    await writeFile(fleet.paths.configFile, entry());
    await until("the adapter to run", async () =>
      (await adapters()).some(({ name, state }) => name === "hook" && state === "connected"),
    );
    await until("its consumer", async () => {
      const answer = await fleet.api("GET", "/v1/consumers");
      return answer.text.includes("adapter=any=hook");
    });
    await writeFile(fleet.paths.configFile, entry("tyep = 1\n[mee]\n"));
    const problem = async () => statusSchema.parse((await fleet.api("GET", "/v1/status")).json).configProblem;
    await until("the problem", async () => (await problem())?.includes("did you mean me?") === true);
    await publishEvent(connection, { id: "first", kind: "run.finished", data: { number: -1 } });
    await until("the first event", () => receiver.done.has("first"));
    await writeFile(fleet.paths.configFile, entry());
    await until("the problem to be gone", async () => (await problem()) === undefined);
  });
});

describe("1000 deliveries to an HTTP receiver, the daemon killed with -9 in the middle of them", () => {
  const count = 1000;
  const ids = Array.from({ length: count }, (_, number) => `n${number}`);

  test("each arrives at least once, repeats bear the same id, and a receiver that keeps ids acts once on each", async () => {
    const before = receiver.received.length;
    const arrived = () => receiver.received.length - before;
    await Promise.all(
      ids.map((id, number) => publishEvent(connection, { id, kind: "run.finished", data: { number } })),
    );
    for (const at of [200, 500, 800]) {
      await until(`${at} to arrive`, () => arrived() >= at, 60_000);
      await fleet.daemon.kill("SIGKILL");
      await fleet.daemon.start();
    }
    await until("all to arrive", () => ids.every((id) => receiver.done.has(id)), 90_000);
    await until("all to be acknowledged", async () => (await pending()) === 0, 90_000);

    const seen = receiver.received.slice(before);
    const repeats = seen.length - new Set(seen.map(({ id }) => id)).size;
    expect(new Set(seen.map(({ id }) => id))).toEqual(new Set(ids));
    for (const { id, body } of seen)
      expect(JSON.parse(body)).toMatchObject({ id, number: Number(id.slice(1)) });
    expect([...receiver.done.keys()].filter((id) => id !== "first")).toHaveLength(count);
    // what was under way at each of three kills, and no more
    expect(repeats).toBeLessThanOrEqual(3 * 64);
    process.stdout.write(`${seen.length} requests for ${count} events, ${repeats} repeats\n`);
  });
});

describe("300 deliveries, the server killed with -9 in the middle of them", () => {
  const ids = Array.from({ length: 300 }, (_, number) => `s${number}`);

  test("each arrives, and none twice: the daemon knows what was sent and could not be written down", async () => {
    const before = receiver.received.length;
    for (const [number, id] of ids.entries())
      await publishEvent(connection, { id, kind: "run.finished", data: { number } });
    await until("some to arrive", () => receiver.received.length - before >= 50);
    process.kill(await fleet.serverPid(), "SIGKILL");
    await until("all to arrive", () => ids.every((id) => receiver.done.has(id)), 90_000);
    await until("all to be acknowledged", async () => (await pending()) === 0, 90_000);
    expect(receiver.received.length - before).toBe(ids.length);
  });
});

const consumersSchema = z.object({
  items: z.array(z.looseObject({ name: z.string(), pending: z.number(), ackPending: z.number() })),
});

async function pending(): Promise<number> {
  const { items } = consumersSchema.parse((await fleet.api("GET", "/v1/consumers")).json);
  const own = items.find(({ name }) => name === "adapter=any=hook");
  return own === undefined ? -1 : own.pending + own.ackPending;
}
