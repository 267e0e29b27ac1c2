import { setTimeout as sleep } from "node:timers/promises";
import type { NatsConnection } from "nats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { fencesIn } from "../support/checker/offers.ts";
import { connectAsChecker, readReceipts, readStored } from "../support/checker/stored.ts";
import { startDemoModel, type DemoModel } from "../support/demo-model.ts";
import { publishDirectly } from "../support/fleet/direct-publish.ts";
import { startFleet, type Fleet } from "../support/fleet/fleet.ts";
import { startScriptedAgent, type ScriptedAgent } from "../support/fleet/scripted-agent.ts";
import { eventually } from "../support/tmux.ts";

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

const caller = { pid: process.pid, ancestors: [], hasTty: false };
const wanted = 500;
const windowMs = 5;

interface Shown {
  readonly nonce: string;
  readonly isMarked: boolean;
}

interface Race {
  readonly agent: ScriptedAgent;
  /** What the agent was given, by token. */
  readonly shown: Map<string, Shown[]>;
  /** PubAck minus the call of the Stop, in milliseconds, of every round that counts. */
  readonly distances: number[];
  /** How each token came: in the raced Stop's own answer, or by a wake after it. */
  readonly ways: { stop: number; wake: number };
  /** Stored before the Stop was called, and not in its answer. */
  readonly left: string[];
}

const from = { machine: "lab", session: "me" };

/** One turn whose Stop is called while a message is on its way into the server. */
async function round(number: number, race: Race): Promise<void> {
  const { agent, shown, distances, ways } = race;
  const token = `tok-race-${number}`;
  note(await agent.prompt(`turn ${number}`), shown);
  const to = { machine: "lab", session: agent.name };
  // Spread so that the acknowledgement falls before, into and after the call.
  const leadMs = Math.random() * 8 - 3;
  const published = sleep(Math.max(0, -leadMs)).then(() =>
    publishDirectly(connection, { id: `race-${number}`, from, to, body: `${token} do this` }),
  );
  await sleep(Math.max(0, leadMs));
  const calledAt = performance.now();
  note(await agent.stop(), shown);
  const ackedAt = await published;
  if (Math.abs(ackedAt - calledAt) <= windowMs) distances.push(ackedAt - calledAt);
  if (ackedAt <= calledAt && !shown.has(token)) race.left.push(token);
  ways[shown.has(token) ? "stop" : "wake"] += 1;
  if (shown.has(token)) await stopAll(race);
  else await wake(race, token);
}

/** Idle with a message: fleet must wake it by itself. */
async function wake(race: Race, token: string): Promise<void> {
  while (!race.shown.has(token)) {
    note(await race.agent.prompt(await race.agent.wait()), race.shown);
    await stopAll(race);
  }
}

async function stopAll({ agent, shown }: Race): Promise<void> {
  for (let context = await agent.stop(); context !== ""; context = await agent.stop()) note(context, shown);
}

function note(context: string, shown: Map<string, Shown[]>): void {
  for (const { token, nonce, isMarked } of fencesIn(context)) {
    shown.set(token, [...(shown.get(token) ?? []), { nonce, isMarked }]);
  }
}

const consumersSchema = z.object({
  items: z.array(z.object({ name: z.string(), pending: z.number(), ackPending: z.number() })),
});

async function leftBehind(name: string): Promise<number> {
  const { items } = consumersSchema.parse((await fleet.api("GET", "/v1/consumers")).json);
  const own = items.find((item) => item.name === name);
  return own === undefined ? Number.NaN : own.pending + own.ackPending;
}

describe("messages and turns that meet", () => {
  test(`[want 7] ${wanted} messages whose PubAck falls within ±${windowMs} ms of a Stop: all shown, none left behind, none twice unmarked`, async () => {
    const agent = await startScriptedAgent(fleet, "race");
    const race: Race = { agent, shown: new Map(), distances: [], ways: { stop: 0, wake: 0 }, left: [] };
    let rounds = 0;
    for (; race.distances.length < wanted && rounds < 3 * wanted; rounds += 1) await round(rounds, race);
    const stored = await readStored(connection, "MAIN_INBOX");
    const repeats = [...race.shown.values()].flatMap((each) => each.slice(1));
    const before = race.distances.filter((distance) => distance <= 0).length;
    process.stdout.write(
      `${rounds} rounds, ${race.distances.length} acknowledged within ±${windowMs} ms of the Stop (${before} before it); ` +
        `${race.ways.stop} came with that Stop, ${race.ways.wake} by a wake; ${race.shown.size} shown, ${repeats.length} repeats\n`,
    );
    expect(race.distances.length).toBeGreaterThanOrEqual(wanted);
    expect(race.left).toEqual([]);
    expect(stored).toHaveLength(rounds);
    expect(race.shown.size).toBe(rounds);
    expect(repeats.filter((repeat) => !repeat.isMarked)).toEqual([]);
    await eventually(
      async () => ((await leftBehind("lab=race")) === 0 ? true : undefined),
      () => "an empty inbox",
    );
    const done = (await readReceipts(connection)).filter(
      ({ stage, to }) => stage === "done" && to === "lab/race",
    );
    expect(new Set(done.map(({ id }) => id)).size).toBe(rounds);
    await agent.close();
  });

  test("[want 7] a message that is stored before a Stop is always in that Stop's answer", async () => {
    const agent = await startScriptedAgent(fleet, "before");
    const race: Race = { agent, shown: new Map(), distances: [], ways: { stop: 0, wake: 0 }, left: [] };
    const to = { machine: "lab", session: "before" };
    for (let number = 0; number < 100; number += 1) {
      await agent.prompt("a turn");
      await publishDirectly(connection, { id: `before-${number}`, from, to, body: `tok-before-${number} x` });
      note(await agent.stop(), race.shown);
      expect([...race.shown.keys()]).toContain(`tok-before-${number}`);
      await stopAll(race);
    }
    await agent.close();
  });

  test("a message sent while it is busy arrives in the same turn, without a wake", async () => {
    const agent = await fleet.startAgent({ name: "busy", modelUrl: model.url });
    await fleet.untilState("busy", ["idle"]);
    let answer: (said: { text: string }) => void = () => undefined;
    model.answerWith(() => new Promise((resolve) => (answer = resolve)));
    await agent.prompt("a long task");
    const first = await model.waitFor(({ texts }) => texts.join().includes("a long task"));
    await fleet.untilState("busy", ["busy"]);
    await fleet.api("POST", "/v1/messages", {
      caller,
      target: "busy",
      id: "meanwhile",
      body: "tok-busy-1 do this",
    });
    model.answerWith(() => Promise.resolve({ text: "ok" }));
    answer({ text: "done" });
    const second = await model.waitFor(({ texts }) => texts.join().includes("tok-busy-1"));
    expect(second.seq).toBe(first.seq + 1);
    await fleet.untilState("busy", ["idle"]);
    const stages = async () =>
      (await readReceipts(connection)).filter(({ id }) => id === "meanwhile").map(({ stage }) => stage);
    await eventually(
      async () => ((await stages()).includes("done") ? true : undefined),
      () => "its end",
    );
    expect(await stages()).toEqual(["stored", "offered", "shown", "done"]);
    const prompts = (await readStored(connection, "MAIN_EVENTS")).filter(({ subject }) =>
      subject.includes(".busy.prompt."),
    );
    expect(prompts).toHaveLength(1);
  });
});
