import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import type { NatsConnection } from "nats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import {
  freePort,
  key,
  send,
  type Sent,
} from "../../../packages/adapters/src/inbound/sender.test.support.ts";
import { connectAsChecker } from "../../support/checker/stored.ts";
import { adapterEntry } from "../../support/far/entry.ts";
import { startReceiver, type Receiver } from "../../support/far/receiver.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { startPuppet, type Puppet } from "../../support/fleet/puppet.ts";
import { publishEvent } from "./publish.ts";
import { until } from "./watching.ts";

const run = promisify(execFile);
const another = `whsec_${Buffer.from("somebody else's key of 32 bytes.").toString("base64")}`;
const inboxSchema = z.object({
  items: z.array(z.looseObject({ id: z.string(), body: z.string(), origin: z.string() })),
});
const viewsSchema = z.object({
  items: z.array(
    z.looseObject({
      ...{ name: z.string(), held: z.number() },
      inbound: z.looseObject({ isListening: z.boolean(), taken: z.number(), refused: z.number() }).optional(),
    }),
  ),
});
const answerSchema = z.object({ id: z.string(), to: z.string(), line: z.string() });
const eventSchema = z.looseObject({ fleetreply: z.string() });
const questionSchema = z.object({
  line: z.string(),
  choices: z.array(z.object({ label: z.string(), token: z.string() })),
});

let receiver: Receiver;
let fleet: Fleet;
let connection: NatsConnection;
let puppet: Puppet;
let hooks = "";
let asking = "";

beforeAll(async () => {
  const [first, second] = [await freePort(), await freePort()];
  [hooks, asking] = [`http://127.0.0.1:${first}/`, `http://127.0.0.1:${second}/`];
  receiver = await startReceiver();
  const inbound = (name: string, port: number, replies: object) =>
    adapterEntry({
      ...{ name, type: "inbound", listen: `127.0.0.1:${port}` },
      ...{ secrets: ["env:FLEET_INBOUND_SECRET"], replies },
    });
  const config = [
    inbound("hooks", first, { confirm: "never", quotas: true, rate: "1000/m" }),
    inbound("asking", second, { to: "web" }),
    adapterEntry({
      ...{ name: "out", type: "webhook", url: "env:OUT_URL", allow_private: [receiver.host] },
      ...{ on: ["run.finished", "turn.failed"], dedupe: "1ms", rate: "1000/m", replies: { by: "hooks" } },
    }),
  ];
  fleet = await startFleet({
    config: config.join("\n"),
    env: { FLEET_INBOUND_SECRET: key, OUT_URL: receiver.url },
  });
  connection = await connectAsChecker(await fleet.hub());
  puppet = await startPuppet({ name: "web", home: fleet.home, client: fleet.client });
  await listening();
});

afterAll(async () => {
  await puppet?.kill();
  await connection?.close();
  await fleet?.close();
  await receiver?.close();
});

const listening = () =>
  until("both to listen", async () => {
    const all = await views();
    return ["hooks", "asking"].every((name) => all.find((one) => one.name === name)?.inbound?.isListening);
  });

async function views() {
  return viewsSchema.parse((await fleet.api("GET", "/v1/adapters")).json).items;
}

async function inbox(of = "web") {
  const answer = await fleetCommand(fleet, ["inbox", "--session", of, "--json"]);
  return inboxSchema.parse(answer.json()).items;
}

/** A message of ours that waits for the session, with this text. */
const waiting = async (text: string) => (await inbox()).filter(({ body }) => body === text);

const say = (text: string, more: object = {}, sent: Sent = {}) =>
  send(hooks, { id: `msg_${text.replaceAll(" ", "-")}`, body: JSON.stringify({ text, ...more }), ...sent });

describe("a signed request", () => {
  test("is a message of mine from outside, in the inbox of the session that it names", async () => {
    const { status, json } = await say("the deploy is done", { to: "web" });
    const answer = answerSchema.parse(json);
    expect([status, answer.to]).toEqual([202, "lab/web"]);
    expect(answer.line).toMatch(/^→ lab\/web: stored/);
    expect(await waiting("the deploy is done")).toMatchObject([
      { id: answer.id, origin: "external", from: { machine: "lab", session: "me" } },
    ]);
  });

  test("that comes again gets the same answer, and is one message, over kill -9 too", async () => {
    const first = await say("once", { to: "lab/web" });
    expect((await say("once", { to: "lab/web" })).json).toEqual(first.json);
    await fleet.daemon.kill("SIGKILL");
    await fleet.daemon.start();
    await listening();
    expect(await say("once", { to: "lab/web" })).toMatchObject({ status: 202, json: first.json });
    expect(await waiting("once")).toHaveLength(1);
  });

  test("is stored once where many send it at once", async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => say("all at once", { to: "web" })));
    expect(new Set(answers.map(({ json }) => JSON.stringify(json))).size).toBe(1);
    expect(answers.every(({ status }) => status === 202)).toBe(true);
    expect(await waiting("all at once")).toHaveLength(1);
  });

  test.each([
    ["another's key", { secret: another }],
    ["a time that is over", { ageSeconds: 400 }],
    ["a signature of its own making", { headers: { "webhook-signature": `v1,${"A".repeat(43)}=` } }],
  ])("with %s is told nothing, and nothing of it is stored", async (_, sent) => {
    const before = (await inbox()).length;
    expect(await say("forged", { to: "web" }, sent)).toMatchObject({ status: 401, json: undefined });
    expect(await inbox()).toHaveLength(before);
  });

  test("to nobody is refused with the names there are", async () => {
    const { status, json } = await say("hello?", { to: "nobody" });
    expect([status, json]).toEqual([
      404,
      { code: "target_unknown", message: expect.stringMatching(/nobody.*there are .*web/) },
    ]);
  });

  test("that is asked back goes when its sender says so", async () => {
    const body = '{"text": "by the way"}';
    const { status, json } = await send(asking, { id: "msg_free", body });
    const { line, choices } = questionSchema.parse(json);
    expect([status, line]).toEqual([202, 'to lab/web: "by the way"?']);
    expect(await waiting("by the way")).toEqual([]);
    const yes = choices.find(({ label }) => label === "Send")?.token;
    const answer = await send(asking, { id: "msg_yes", body: JSON.stringify({ choice: yes }) });
    expect(answerSchema.parse(answer.json).to).toBe("lab/web");
    expect(await waiting("by the way")).toHaveLength(1);
    const again = await send(asking, { id: "msg_again", body: JSON.stringify({ choice: yes }) });
    expect(again.status).toBe(403);
  });

  test("with the token of an event that was posted answers it, once, in the session that it was about", async () => {
    await publishEvent(connection, {
      id: "asks-1",
      kind: "turn.failed",
      data: { cli: "demo", error: "overloaded" },
    });
    await until("the event to be posted", () => receiver.done.has("asks-1"));
    const { fleetreply: token } = eventSchema.parse(JSON.parse(receiver.done.get("asks-1") ?? ""));
    expect(answerSchema.parse((await say("try again", { token })).json).to).toBe("lab/web");
    expect(await waiting("try again")).toHaveLength(1);
    expect((await say("and again", { token })).status).toBe(403);
  });

  test("made by the commands of the documentation is taken", async () => {
    const page = await readFile(new URL("../../../docs/inbound.md", import.meta.url), "utf8");
    const commands = /^```sh\n([^]*?)^```$/m.exec(page)?.[1] ?? "exit 9";
    const env = { ...process.env, FLEET_INBOUND_URL: hooks, FLEET_INBOUND_SECRET: key };
    const { stdout } = await run("sh", ["-euc", commands], { env });
    expect(answerSchema.parse(JSON.parse(stdout)).to).toBe("lab/web");
    expect(await waiting("the deploy is done: check the logs")).toHaveLength(1);
  });
});

describe("[row 160] [row 162] a plan is a signed request", () => {
  const quota = (id: string, daily: number | null) =>
    send(hooks, { id, body: JSON.stringify({ quota: { adapter: "out", daily } }) });
  const finish = async (name: string, count: number) => {
    for (let n = 0; n < count; n += 1) {
      const id = `${name}-${n}`;
      await publishEvent(connection, {
        id,
        kind: "run.finished",
        data: { run: id, command: [id], exitCode: 0 },
      });
    }
  };
  const heldOf = async (name: string) => (await views()).find((one) => one.name === name)?.held;
  const sent = (name: string) => [...receiver.done.keys()].filter((id) => id.startsWith(`${name}-`));

  test("free is three a day, the rest waits; unlimited lets it go at once", async () => {
    const free = await quota("plan_free", 3);
    expect(free).toMatchObject({ status: 202, json: { line: "out: 3 sends a day" } });
    await finish("free", 5);
    await until(
      "three to be sent and two held",
      async () => (await heldOf("out")) === 2 && sent("free").length === 3,
    );
    const paid = await quota("plan_paid", null);
    expect(paid).toMatchObject({ status: 202, json: { line: "out: as its config says" } });
    await until("all to be sent", () => sent("free").length === 5);
    await finish("paid", 7);
    await until("seven more to be sent", () => sent("paid").length === 7);
    expect(receiver.received.filter(({ id }) => /^(?:free|paid)-/.test(id))).toHaveLength(12);
  });

  test("a replayed request changes nothing: what it set then was set then", async () => {
    expect((await quota("plan_free", 3)).json).toEqual({ line: "out: 3 sends a day" });
    await finish("later", 4);
    await until("all to be sent", () => sent("later").length === 4);
  });

  test("only what is signed, for an adapter that there is, by an instance that may", async () => {
    const body = JSON.stringify({ quota: { adapter: "out", daily: 1 } });
    expect((await send(hooks, { id: "q1", body, secret: another })).status).toBe(401);
    expect((await send(asking, { id: "q2", body })).status).toBe(403);
    const none = JSON.stringify({ quota: { adapter: "sms", daily: 1 } });
    expect(await send(hooks, { id: "q3", body: none })).toMatchObject({
      status: 404,
      json: { message: expect.stringContaining("hooks, asking, out") },
    });
    await finish("unhindered", 2);
    await until("both to be sent", () => sent("unhindered").length === 2);
  });
});
