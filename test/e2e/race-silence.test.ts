import { connect } from "node:net";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { NatsConnection } from "nats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { fencesIn, offersIn } from "../support/checker/offers.ts";
import { connectAsChecker, readReceipts } from "../support/checker/stored.ts";
import { startDemoModel, type DemoModel } from "../support/demo-model.ts";
import { faultyHook, type Fault } from "../support/fleet/faulty-hook.ts";
import { startFleet, type Fleet } from "../support/fleet/fleet.ts";
import { startScriptedAgent } from "../support/fleet/scripted-agent.ts";
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
const ok = () => Promise.resolve({ text: "ok" });
const never = () => new Promise<{ text: string }>(() => undefined);

async function say(target: string, token: string, more: object = {}): Promise<void> {
  const answer = await fleet.api("POST", "/v1/messages", {
    caller,
    target,
    id: token,
    body: `${token} do this`,
    ...more,
  });
  expect(answer.status).toBe(201);
}

async function untilDone(id: string): Promise<void> {
  const isDone = async () =>
    (await readReceipts(connection)).some((receipt) => receipt.id === id && receipt.stage === "done");
  await eventually(
    async () => ((await isDone()) ? true : undefined),
    () => `the end of ${id}`,
    20_000,
  );
}

/** What the model saw of a token, offer by offer. */
const offersOf = (token: string) => offersIn(model.requests).get(token) ?? [];

describe("where a hook's answer never arrives", () => {
  test("[case 49] Esc before any output: idle within 6 s, and what the model never saw is offered again, marked", async () => {
    const agent = await fleet.startAgent({ name: "esc", modelUrl: model.url });
    await fleet.untilState("esc", ["idle"]);
    model.answerWith(never);
    await say("esc", "tok-esc-1");
    const first = await model.waitFor(({ texts }) => texts.join().includes("tok-esc-1"));
    model.answerWith(ok);
    await agent.escape();
    await fleet.untilState("esc", ["idle"], 6000);
    expect(first.end).toBe("aborted");
    await agent.prompt("go on");
    await untilDone("tok-esc-1");
    expect(offersOf("tok-esc-1")).toMatchObject([
      { isMarked: false, wasAnswered: false },
      { isMarked: true, wasAnswered: true },
    ]);
  });

  const faults: readonly (readonly [string, string, Fault])[] = [
    ["[case 48] [case 49]", "UserPromptSubmit", "answer discarded"],
    ["[case 48] [case 49]", "Stop", "answer discarded"],
    ["[case 48] [case 49]", "PreToolUse", "answer discarded"],
    ["[case 49]", "UserPromptSubmit", "answer late"],
    ["[case 49]", "Stop", "answer late"],
    ["[case 48]", "UserPromptSubmit", "never told"],
    ["[case 48]", "Stop", "never told"],
  ];

  test.each(faults)(
    "%s %s, %s: the message is seen once, and marked where it went out before",
    async (_, event, fault) => {
      const name = `${event}-${fault.split(" ").at(-1)}`.toLowerCase();
      const token = `tok-${name.replace("-", "")}-1`;
      const hook = await faultyHook(fleet, name);
      const agent = await fleet.startAgent({ name, modelUrl: model.url, client: hook.program, timeoutS: 2 });
      await fleet.untilState(name, ["idle"]);
      let answer: (said: { text?: string; run?: string }) => void = () => undefined;
      model.answerWith(() => new Promise((resolve) => (answer = resolve)));
      await agent.prompt(`a task for ${name}`);
      await model.waitFor(({ texts }) => texts.join().includes(`a task for ${name}`));
      if (event !== "UserPromptSubmit") {
        await hook.failNext(event, fault);
        await say(name, token, event === "PreToolUse" ? { mode: "now" } : {});
      }
      model.answerWith(ok);
      answer(event === "PreToolUse" ? { run: "true" } : { text: "ok" });
      if (event === "UserPromptSubmit") {
        await fleet.untilState(name, ["idle"]);
        await hook.failNext(event, fault);
        await say(name, token);
      }
      await untilDone(token);
      expect(hook.hasFailed()).toBe(true);
      expect(offersOf(token)).toMatchObject([{ isMarked: fault !== "never told", wasAnswered: true }]);
      await agent.kill();
    },
  );

  test("[case 49] the connection breaks while the daemon thinks: idle again at once, and offered again", async () => {
    const agent = await startScriptedAgent(fleet, "broken");
    await agent.prompt("a task");
    await say("broken", "tok-broken-1");
    await untilHeld("broken");
    const server = await fleet.serverPid();
    process.kill(server, "SIGSTOP"); // the Stop waits for it for a moment
    try {
      await stopAndHangUp(agent.payload("Stop"), agent.pid);
      await sleep(600);
    } finally {
      process.kill(server, "SIGCONT");
    }
    const pointer = await agent.wait();
    expect(fencesIn(await agent.prompt(pointer))).toMatchObject([{ token: "tok-broken-1", isMarked: true }]);
    expect(await agent.stop()).toBe("");
    await untilDone("tok-broken-1");
    await agent.close();
  });

  test("a sub-agent's events take nothing, end nothing and change no state", async () => {
    const agent = await startScriptedAgent(fleet, "chief");
    await agent.prompt("a task");
    await say("chief", "tok-chief-1", { mode: "now" });
    const own = {
      agent_id: "a1",
      agent_type: "explorer",
      tool_name: "Bash",
      tool_use_id: "t1",
      tool_calls: [],
    };
    for (const event of [
      "PreToolUse",
      "PostToolUse",
      "PostToolBatch",
      "UserPromptSubmit",
      "Stop",
      "SubagentStop",
    ]) {
      expect(await agent.hook(event, { ...own, prompt: "x", background_tasks: [] })).toBe("");
    }
    await fleet.untilState("chief", ["busy"]);
    const receipts = (await readReceipts(connection)).filter(({ id }) => id === "tok-chief-1");
    expect(receipts.map(({ stage }) => stage)).toEqual(["stored"]);
    expect(fencesIn(await agent.hook("PostToolBatch", { tool_calls: [] }))).toMatchObject([
      { token: "tok-chief-1" },
    ]);
    await agent.close();
  });

  test("kill -9 of the daemon while the waiter hangs: the session is woken after the restart", async () => {
    await fleet.startAgent({ name: "waiter", modelUrl: model.url });
    await fleet.untilState("waiter", ["idle"]);
    await fleet.daemon.kill("SIGKILL");
    await fleet.daemon.start();
    await say("waiter", "tok-waiter-1");
    await untilDone("tok-waiter-1");
    expect(offersOf("tok-waiter-1")).toMatchObject([{ isMarked: false, wasAnswered: true }]);
  });
});

/** Until the daemon has fetched what lies in its inbox. */
async function untilHeld(name: string): Promise<void> {
  const schema = z.object({ items: z.array(z.object({ name: z.string(), inbox: z.number() })) });
  const look = async () => {
    const { items } = schema.parse((await fleet.api("GET", "/v1/sessions")).json);
    return items.some((item) => item.name === name && item.inbox > 0) ? true : undefined;
  };
  await eventually(look, () => `a message for ${name}`);
}

/** A Stop whose caller is gone before the daemon has an answer. */
async function stopAndHangUp(payload: object, pid: number): Promise<void> {
  const endpoint = await readFile(fleet.paths.endpointFile, "utf8");
  const [port = "", token = ""] = [/port=(\d+)/, /token=(\S+)/].map((field) => field.exec(endpoint)?.[1]);
  const body = JSON.stringify(payload);
  const socket = connect(Number(port), "127.0.0.1");
  socket.on("error", () => undefined); // we hang up ourselves
  const head = [
    "POST /v1/hook/demo/Stop HTTP/1.1",
    `Authorization: Bearer ${token}`,
    `X-Fleet-Pid: ${pid}`,
    `Content-Length: ${body.length}`,
    "Connection: close",
    "Host: 127.0.0.1",
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
  await sleep(100);
  socket.destroy();
}
