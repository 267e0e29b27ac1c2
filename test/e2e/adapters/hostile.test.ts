import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NatsConnection } from "nats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectAsChecker } from "../../support/checker/stored.ts";
import { startChannel, type FarChannel } from "../../support/far/channels.ts";
import { startClosingTls, type ClosingTls } from "../../support/far/closing-tls.ts";
import { adapterEntry } from "../../support/far/entry.ts";
import { startReceiver, type Receiver } from "../../support/far/receiver.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { publishEvent } from "./publish.ts";
import { deadOf, show, until, useConfig } from "./watching.ts";

let folder: string;
let far: Readonly<Record<"gotify" | "ntfy" | "slack" | "telegram", FarChannel>>;
let hook: Receiver;
let hung: Receiver;
let watch: Receiver;
let tls: ClosingTls;
let fleet: Fleet;
let connection: NatsConnection;
let endHung: () => void = () => undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-far-"));
  const start = (type: string) => startChannel(type);
  const [gotify, ntfy, slack, telegram] = await Promise.all([
    ...[start("gotify"), start("ntfy")],
    ...[start("slack"), start("telegram")],
  ]);
  if (!gotify || !ntfy || !slack || !telegram) throw new Error("a channel did not start");
  far = { gotify, ntfy, slack, telegram };
  [hook, watch, tls] = await Promise.all([startReceiver(), startReceiver(), startClosingTls(2)]);
  hung = await startReceiver(({ id }) =>
    id === "hung" && hung.received.filter((one) => one.id === "hung").length === 1
      ? new Promise((resolve) => (endHung = () => resolve(503)))
      : Promise.resolve(204),
  );
  await writeFile(join(folder, "ca.pem"), tls.ca);
  const secrets = Object.assign({}, ...Object.values(far).map(({ env }) => env));
  const urls = { HOOK_URL: hook.url, HUNG_URL: hung.url, WATCH_URL: watch.url, TLS_URL: tls.url };
  const env = { ...secrets, ...urls, NODE_EXTRA_CA_CERTS: join(folder, "ca.pem") };
  fleet = await startFleet({ config: "", env });
  connection = await connectAsChecker(await fleet.hub());
});

afterAll(async () => {
  endHung();
  await connection.close();
  await fleet.close();
  await Promise.all([...Object.values(far), hook, hung, watch, tls].map((each) => each.close()));
  await rm(folder, { recursive: true });
});

const chat = ({ type, keys }: FarChannel, { on = "run.finished", name = type } = {}) =>
  adapterEntry({ name, ...keys, on: [on], rate: "1000/m" });
const post = (name: string, { host }: { readonly host: string }, { on = "run.finished", url = name } = {}) =>
  adapterEntry({
    ...{ name, type: "webhook", url: `env:${url.toUpperCase()}_URL`, allow_private: [host], on: [on] },
  });
/** The one that hangs stays in force all the time. */
const use = (entries: readonly string[], names: readonly string[]) =>
  useConfig(fleet, [...entries, post("hung", hung)].join("\n"), [...names, "hung"]);
const publish = (id: string, kind = "run.finished") =>
  publishEvent(connection, { id, kind, data: { command: ["make", id], exitCode: 7 } });

/** How often a chat was told of one run. */
async function tells(channel: FarChannel, id: string): Promise<number> {
  return (await channel.told()).filter(({ title, text }) => `${title} ${text}`.includes(`make ${id}`)).length;
}

function answerNext({ http }: FarChannel, status: number, body: unknown): void {
  http?.next.push({ status, body: typeof body === "string" ? body : JSON.stringify(body) });
}

describe("one channel hangs, one refuses for good, one asks to be left alone", () => {
  test("the others are told at once, the held ones after", async () => {
    const chats = [far.ntfy, far.slack, far.telegram].map((each) => chat(each));
    await use([...chats, post("hook", hook)], ["ntfy", "slack", "telegram", "hook"]);
    answerNext(far.slack, 403, "invalid_token");
    answerNext(far.telegram, 429, {
      ...{ ok: false, error_code: 429, description: "Too Many Requests: retry after 5" },
      parameters: { retry_after: 5 },
    });
    const begin = performance.now();
    await publish("hung");
    await until("the others", async () => hook.done.has("hung") && (await tells(far.ntfy, "hung")) === 1);
    await until("the three to be asked", () => isAsked(far.slack) && isAsked(far.telegram) && isHanging());
    expect([await tells(far.slack, "hung"), await tells(far.telegram, "hung"), hung.done.size]).toEqual([
      0, 0, 0,
    ]);
    await publish("second");
    await until("the second", async () => hook.done.has("second") && (await tells(far.ntfy, "second")) === 1);
    expect([await tells(far.telegram, "second"), hung.done.has("hung")]).toEqual([0, false]);

    await until("the one that was asked to wait", async () => (await tells(far.telegram, "hung")) === 1);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(5000);
    await until("the one after it", async () => (await tells(far.telegram, "second")) === 1);
    expect([hung.done.has("hung"), hung.done.has("second")]).toEqual([false, true]);
    for (const name of ["ntfy", "hook"]) {
      const { last } = await show(fleet, name);
      expect(last.map(({ state, tries }) => [state, tries])).toEqual([
        ["done", 1],
        ["done", 1],
      ]);
    }
  });

  test("what was refused lies in fleet dead list with the provider's words, and fleet dead retry delivers it", async () => {
    const [letter, ...others] = await deadOf(fleet, "slack");
    expect(others).toEqual([]);
    expect(letter?.reason).toContain("HTTP 403, invalid_token");
    expect((await show(fleet, "slack")).last.at(-1)).toMatchObject({ state: "dead", event: "hung" });
    await fleetCommand(fleet, ["dead", "retry", String(letter?.seq)]);
    await until("the retried one", async () => (await tells(far.slack, "hung")) === 1);
    expect(await deadOf(fleet, "slack")).toEqual([]);
    await until("its record", async () =>
      (await show(fleet, "slack")).last.every(({ state }) => state === "done"),
    );
  });
});

const isAsked = ({ http }: FarChannel) => (http?.seen.length ?? 0) > 0;
const isHanging = () => hung.received.length > 0;

describe("a far side", () => {
  test("that is broken for a while is left alone, told of once, and gets everything once when it is back", async () => {
    await use([chat(far.gotify), post("watch", watch, { on: "adapter.*" })], ["gotify", "watch"]);
    const ids = ["b1", "b2", "b3", "b4", "b5", "b6"];
    for (let tries = 0; tries < 50; tries += 1)
      answerNext(far.gotify, 500, { error: "Internal Server Error" });
    for (const id of ids) await publish(id);
    await until("the breaker", async () => (await show(fleet, "gotify")).breaker === "open");
    expect(await show(fleet, "gotify")).toMatchObject({ state: "failing" });
    const asked = far.gotify.http?.seen.length;
    far.gotify.http?.next.splice(0);
    await until("all of them", async () => {
      const each = await Promise.all(ids.map((id) => tells(far.gotify, id)));
      return each.every((count) => count === 1);
    });
    // five in a row opened it; those that were under way then ended too
    expect(asked).toBeLessThanOrEqual(ids.length);
    const heard = () => watch.received.map(({ body }) => /adapter\.(?:failing|recovered)/.exec(body)?.[0]);
    await until("both to be told", () => heard().length >= 2);
    expect(heard()).toEqual(["adapter.failing", "adapter.recovered"]);
  });

  test.each([
    ["slack", "no_service", "no_service"],
    [
      "telegram",
      { ok: false, error_code: 400, description: "Bad Request: chat not found" },
      "chat not found",
    ],
    ["gotify", "<html>please log in</html>", "please log in"],
    ["gotify", { id: 1, message: "x".repeat(3_000_000) }, "1048576"],
  ] as const)("%s answers 200 with an error in it: that is no delivery", async (type, body, words) => {
    const [id, name] = [`ok-${type}-${words.length}`, `yes-${type}-${words.length}`];
    await use([chat(far[type], { name })], [name]);
    answerNext(far[type], 200, body);
    await publish(id);
    await until("its dead letter", async () => (await deadOf(fleet, name)).length > 0);
    expect((await deadOf(fleet, name)).at(-1)?.reason).toContain(words);
    expect((await show(fleet, name)).last[0]).toMatchObject({ event: id, state: "dead", tries: 1 });
  });

  test("that ends TLS in the middle of its hello is tried again until it takes it", async () => {
    await use([post("tls", tls)], ["tls"]);
    await publish("t1");
    await until("it to be taken", () => tls.taken.length > 0);
    expect([tls.closed(), tls.taken]).toEqual([2, ["t1"]]);
    await until("its record", async () => (await show(fleet, "tls")).last[0]?.state === "done");
    expect((await show(fleet, "tls")).last[0]?.tries).toBe(3);
  });

  test("in a private network that nobody allowed is not called", async () => {
    await use([post("walled", { host: "127.0.0.2" }, { url: "hook" })], ["walled"]);
    const before = hook.received.length;
    await publish("p1");
    await until("its dead letter", async () => (await deadOf(fleet, "walled")).length > 0);
    const [letter] = await deadOf(fleet, "walled");
    expect(letter?.reason).toMatch(/127\.0\.0\.1.*allow_private/);
    expect(hook.received).toHaveLength(before);
  });
});

describe("a socket that hangs", () => {
  test("is given up after 30 seconds and tried again, under the same id", async () => {
    await until("the one that hung", () => hung.done.has("hung"), 60_000);
    const [first, again, ...others] = hung.received.filter(({ id }) => id === "hung");
    expect(others).toEqual([]);
    expect((again?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(30_000);
    await until("its record", async () =>
      (await show(fleet, "hung")).last.some(({ event, state }) => event === "hung" && state === "done"),
    );
  });
});
