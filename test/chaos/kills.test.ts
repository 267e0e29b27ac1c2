import { setTimeout as sleep } from "node:timers/promises";
import type { NatsConnection } from "nats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { account, summary, type Account } from "../support/checker/account.ts";
import { connectAsChecker } from "../support/checker/stored.ts";
import { startDemoModel, type DemoModel, type Script } from "../support/demo-model.ts";
import type { DemoAgent } from "../support/fleet/agent.ts";
import { startFleet, type Fleet } from "../support/fleet/fleet.ts";
import { killOnce, kinds, pickKind, type KillKind } from "./killers.ts";
import { seeded, type Random } from "./random.ts";
import { startSender, type Sender } from "./senders.ts";

const seed = Number(process.env["FLEET_CHAOS_SEED"] ?? Date.now() % 2 ** 31);
const wantedKills = Number(process.env["FLEET_CHAOS_KILLS"] ?? 200);
const settleMs = 90_000;

let fleet: Fleet;
let model: DemoModel;
let connection: NatsConnection;

beforeAll(async () => {
  [fleet, model] = await Promise.all([startFleet(), startDemoModel()]);
  connection = await connectAsChecker(await fleet.hub());
});

afterAll(async () => {
  await connection.close();
  await fleet.close();
  await model.close();
});

/** Thinks for a moment, now and then runs a tool, now and then takes long. */
function thinking(random: Random): Script {
  return async ({ texts }) => {
    await sleep(random.next() < 0.1 ? 600 : random.between(5, 60));
    const isAfterTool = texts.at(-1)?.startsWith("result:") === true;
    return !isAfterTool && random.next() < 0.3 ? { run: "true" } : { text: "ok" };
  };
}

async function startAgents(): Promise<readonly DemoAgent[]> {
  const names = ["w1", "w2", "w3", "w4", "s1", "s2"];
  const start = (name: string) => fleet.startAgent({ name, modelUrl: model.url, isInTmux: name === "w4" });
  const agents = await Promise.all(names.map(start));
  for (const name of names) await fleet.untilState(name, ["idle"]);
  return agents;
}

/** Esc, and the person then goes on. */
async function interrupt(agent: DemoAgent): Promise<void> {
  await agent.escape();
  await sleep(100);
  await agent.prompt("go on");
}

async function settled(senders: readonly Sender[]): Promise<Account> {
  const deadline = performance.now() + settleMs;
  const accepted = senders.flatMap((sender) => sender.accepted);
  for (;;) {
    // The server may have been the last one killed.
    const found = await account(connection, accepted, model.requests).catch((error: unknown) => {
      if (performance.now() > deadline) throw error;
    });
    if (found === undefined) continue;
    const isOver = found.done + found.dead.length >= found.accepted && found.lost.length === 0;
    if (isOver || performance.now() > deadline) return found;
    await sleep(1000);
  }
}

describe(`kill -9 with messages flowing (FLEET_CHAOS_SEED=${seed})`, () => {
  test(`[case 47] [case 48] [want 3] ${wantedKills} kills lose nothing and repeat nothing unmarked`, async () => {
    const random = seeded(seed);
    model.answerWith(thinking(seeded(seed + 1)));
    const agents = await startAgents();
    const targets = agents.map(({ name }) => name);
    const senders = ["me", "s1", "s2"].map((name, index) =>
      startSender({
        fleet,
        name,
        targets: targets.filter((target) => target !== name),
        random: seeded(seed + 10 + index),
        everyMs: [100, 500],
      }),
    );
    const counts = new Map<KillKind, number>(kinds.map((kind) => [kind, 0]));
    let kills = 0;
    let misses = 0;
    let interrupts = 0;
    const victims = { fleet, connection, random, agents: agents.filter(({ name }) => name.startsWith("w")) };
    while (kills < wantedKills && misses < wantedKills) {
      const kind = pickKind(random);
      const isKilled = await killOnce(kind, victims);
      if (isKilled) counts.set(kind, (counts.get(kind) ?? 0) + 1);
      kills += isKilled ? 1 : 0;
      misses += isKilled ? 0 : 1;
      if (random.next() < 0.1) {
        await interrupt(random.pick(agents));
        interrupts += 1;
      }
      await sleep(random.between(0, 700));
    }
    await Promise.all(senders.map((sender) => sender.stop()));
    const found = await settled(senders);
    const list = [...counts].map(([kind, count]) => `${count} ${kind}`).join(", ");
    process.stdout.write(
      `seed ${seed}: ${kills} kills (${list}), ${misses} came too late, ${interrupts} Esc\n${summary(found)}\n`,
    );
    if (found.lost.length + found.unended.length > 0)
      process.stdout.write(`${[...found.lost, ...found.unended].join("\n")}\n`);
    expect(kills).toBeGreaterThanOrEqual(wantedKills);
    expect(found.lost).toEqual([]);
    expect(found.unmarkedRepeats).toEqual([]);
    expect(found.storedTwice).toEqual([]);
    expect(found.stored).toBe(found.accepted);
    expect(found.unended).toEqual([]);
  });
});
