import type { NatsConnection } from "nats";
import { readFile } from "node:fs/promises";
import { Api } from "grammy";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import {
  startFarServer,
  type FarServer,
} from "../../../packages/adapters/src/http/far-server.test.support.ts";
import {
  botApi,
  chat,
  token,
  type BotApi,
} from "../../../packages/adapters/src/telegram/far.test.support.ts";
import type { Posted } from "../../../packages/adapters/src/telegram/far/chats.test.support.ts";
import { ada } from "../../../packages/adapters/src/telegram/far/people.test.support.ts";
import { connectAsChecker } from "../../support/checker/stored.ts";
import { adapterEntry } from "../../support/far/entry.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { startPuppet, type Puppet } from "../../support/fleet/puppet.ts";
import { publishEvent } from "./publish.ts";
import { until } from "./watching.ts";

const bob = { id: 43, first_name: "Bob" };
const eve = { id: 666, first_name: "Eve" };
const thread = 7;
/** Of nobody in the fleet. */
const external = { origin: "external", kind: "request" };
const inboxSchema = z.object({
  items: z.array(z.looseObject({ body: z.string(), origin: z.string(), kind: z.string() })),
});
const viewSchema = z.object({
  inbound: z
    .looseObject({ isListening: z.boolean(), refused: z.number(), lastError: z.string().default("") })
    .optional(),
  last: z.array(z.looseObject({ event: z.string(), state: z.string() })).default([]),
});

let api: BotApi;
let far: FarServer;
let fleet: Fleet;
let connection: NatsConnection;
let puppets: readonly Puppet[] = [];
/** How many messages there were before the test. */
let before = 0;

const config = (url: string) =>
  adapterEntry({
    ...{ name: "phone", type: "telegram", token: "env:BOT_TOKEN", chat, thread, api: url },
    ...{ allow_private: [new URL(url).host], on: ["turn.failed"], rate: "1000/m", dedupe: "1ms" },
    replies: { from: [String(ada.id), String(bob.id)], choices: ["go on", "stop"] },
  });

beforeAll(async () => {
  api = botApi();
  far = await startFarServer(api.judge);
  fleet = await startFleet({ config: config(far.url), env: { BOT_TOKEN: token } });
  connection = await connectAsChecker(await fleet.hub());
  const place = { home: fleet.home, client: fleet.client };
  puppets = await Promise.all(["web", "api"].map((name) => startPuppet({ ...place, name })));
  await until("the bot to be listened to", async () => (await phone()).inbound?.isListening === true);
});
beforeEach(() => void (before = api.messages.length));
afterAll(async () => {
  await Promise.all(puppets.map((puppet) => puppet.kill()));
  await connection?.close();
  await fleet?.close();
  await far?.close();
});

async function phone() {
  return viewSchema.parse((await fleet.api("GET", "/v1/adapters/phone")).json);
}

/** What waits for a session. */
async function inboxOf(session: string) {
  const answer = await fleetCommand(fleet, ["inbox", "--session", session, "--json"]);
  return inboxSchema.parse(answer.json()).items;
}

async function bodiesOf(session: string): Promise<readonly string[]> {
  return (await inboxOf(session)).map(({ body }) => body);
}

/** The bot's messages since the test began. */
function told(): readonly Posted[] {
  return api.messages.slice(before).filter(({ isOfBot }) => isOfBot);
}

async function toldOf(isMeant: (message: Posted) => boolean): Promise<Posted> {
  await until(
    `a message; told: ${told()
      .map(({ text }) => text)
      .join(" | ")}`,
    () => told().some(isMeant),
  );
  return told().find(isMeant)!;
}

/** A turn of the session fails, and its human is told; it is on record that they were. */
async function failure(session: string, error: string): Promise<Posted> {
  const [id, from] = [`e-${session}-${error}`, { machine: "lab", session }];
  await publishEvent(connection, { id, kind: "turn.failed", from, data: { cli: "demo", error } });
  const isOnRecord = async () =>
    (await phone()).last.some(({ event, state }) => event === id && state === "done");
  await until(`${id} to be on record`, isOnRecord);
  return toldOf(({ text }) => text.includes(error));
}

const says = (text: string, how: Parameters<BotApi["says"]>[1] = {}) => api.says(text, { thread, ...how });

/** How the bot answered what somebody said. */
const answerTo = (said: number) => toldOf(({ quotes }) => quotes === said);

describe("[want 33] [row 139] in a topic of a Telegram group", () => {
  test("quoted notices are answered into their own sessions, two at once by two members", async () => {
    const [web, other] = await Promise.all([failure("web", "overload-1"), failure("api", "overload-2")]);
    expect(web).toMatchObject({ chat, thread, buttons: [[{ text: "go on" }, { text: "stop" }]] });
    const toWeb = says("web: try again", { quotes: web.id });
    const toApi = says("api: leave it", { from: bob, quotes: other.id });
    for (const [said, session] of [
      [toWeb, "lab/web"],
      [toApi, "lab/api"],
    ] as const) {
      const { text, ...place } = await answerTo(said);
      expect(text).toMatch(new RegExp(`^→ ${session}: stored`));
      expect(place).toMatchObject({ chat, thread, buttons: [] });
    }
    expect(await inboxOf("web")).toMatchObject([{ ...external, body: "web: try again" }]);
    expect(await inboxOf("api")).toMatchObject([{ ...external, body: "api: leave it" }]);
  });

  test("what fleet said of an answer can be quoted too, for one more word to the same session", async () => {
    const notice = await failure("api", "overload-3");
    const first = await answerTo(says("first word", { quotes: notice.id }));
    const second = await answerTo(says("second word", { quotes: first.id }));
    expect(second.text).toMatch(/^→ lab\/api: stored/);
    expect(await bodiesOf("api")).toEqual(expect.arrayContaining(["first word", "second word"]));
    expect(await bodiesOf("web")).not.toContain("second word");
  });

  test("a stranger gets nothing, by text or by button, and nothing of it is stored", async () => {
    const notice = await failure("web", "overload-4");
    const { refused = 0 } = (await phone()).inbound ?? {};
    const said = says("rm -rf /", { from: eve, quotes: notice.id });
    api.presses(notice.id, "stop", { from: eve });
    await until("both to be refused", async () => (await phone()).inbound?.refused === refused + 2);
    // Who may is answered after it: by then a stranger would have been.
    const answer = await answerTo(says("that was not me", { quotes: notice.id }));
    expect(answer.text).toMatch(/^→ lab\/web: stored/);
    expect(told().map(({ quotes }) => quotes)).not.toContain(said);
    expect(api.pressAnswers).toEqual([]);
    const bodies = await bodiesOf("web");
    expect(bodies).toContain("that was not me");
    expect(bodies.filter((body) => ["rm -rf /", "stop"].includes(body))).toEqual([]);
  });

  test("a button works once, for whoever is first, and goes", async () => {
    const notice = await failure("web", "overload-5");
    const [first, second] = [api.presses(notice.id, "go on", { from: bob }), api.presses(notice.id, "stop")];
    const answer = await answerTo(notice.id);
    expect(answer.text).toMatch(/^→ lab\/web: stored/);
    await until("both presses to be answered", () => api.pressAnswers.length === 2);
    expect(api.pressAnswers).toEqual([
      { callback_query_id: first, text: answer.text },
      { callback_query_id: second, text: expect.stringMatching(/answered before/), show_alert: true },
    ]);
    expect(notice.buttons).toEqual([]);
    const bodies = await bodiesOf("web");
    expect(bodies.filter((body) => body === "go on")).toHaveLength(1);
    expect(bodies).not.toContain("stop");
  });

  test("what answers nothing is asked back as a quoted answer, and goes where its sender says so", async () => {
    const said = says("@api look at the log of <b>web</b>");
    const question = await answerTo(said);
    expect(question.text).toBe('to lab/api: "look at the log of <b>web</b>"?');
    expect(question.buttons.flat().map(({ text }) => text)).toEqual(["Send", "Drop"]);
    expect(await bodiesOf("api")).not.toContain("look at the log of <b>web</b>");
    api.presses(question.id, "Send");
    const done = await answerTo(question.id);
    expect(done.text).toMatch(/^→ lab\/api: stored/);
    expect(question.buttons).toEqual([]);
    expect(await bodiesOf("api")).toContain("look at the log of <b>web</b>");
  });

  test("what is said while the daemon is dead is taken once it is back, once", async () => {
    const notice = await failure("api", "overload-6");
    await fleet.daemon.kill("SIGKILL");
    const said = says("are you there?", { quotes: notice.id });
    await fleet.daemon.start();
    const answer = await answerTo(said);
    expect(answer.text).toMatch(/^→ lab\/api: stored/);
    await until("it to be confirmed", () => api.kept().length === 0);
    expect((await bodiesOf("api")).filter((body) => body === "are you there?")).toHaveLength(1);
    expect(told().filter(({ quotes }) => quotes === said)).toHaveLength(1);
  });

  test("a webhook that somebody set for the bot is told with the way out, and listening goes on without it", async () => {
    const real = new Api(token, { apiRoot: far.url });
    await real.setWebhook("https://hooks.example/");
    const lastError = async () => (await phone()).inbound?.lastError;
    await until("the webhook to be told", async () =>
      /webhook.*deleteWebhook/.test((await lastError()) ?? ""),
    );
    await real.deleteWebhook();
    const question = await answerTo(says("@web still there?"));
    expect(question.text).toBe('to lab/web: "still there?"?');
  });

  test("neither the bot's token, nor what was said, nor what a button says is in the log", async () => {
    const { logFile } = z
      .looseObject({ logFile: z.string() })
      .parse((await fleet.api("GET", "/v1/status")).json);
    const log = await readFile(logFile, "utf8");
    const buttons = far.taken.flatMap(({ body }) => [...body.matchAll(/"callback_data":"([^"]+)"/g)]);
    expect(buttons.length).toBeGreaterThan(10);
    expect(log).toMatch(/"sender":"666".*"msg":"heard"/);
    for (const secret of [
      token.split(":")[1]!,
      "rm -rf /",
      "still there?",
      ...buttons.map(([, data]) => data!),
    ])
      expect(log).not.toContain(secret);
  });
});
