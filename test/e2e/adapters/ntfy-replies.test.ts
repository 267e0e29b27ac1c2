import { bareNotice, systemClock, type Adapter, type AdapterContext, type FleetEvent } from "@fleetbus/core";
import { builtInAdapters } from "@fleetbus/adapters";
import type { NatsConnection } from "nats";
import { afterAll, beforeAll, describe, expect, test, type TestContext } from "vitest";
import { z } from "zod";
import { connectAsChecker } from "../../support/checker/stored.ts";
import { adapterEntry } from "../../support/far/entry.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { startPuppet, type Puppet } from "../../support/fleet/puppet.ts";
import { subscribe, type Subscription } from "../../support/ntfy/subscribe.ts";
import { useNtfy } from "../../support/ntfy/suite.ts";
import { publishEvent } from "./publish.ts";
import { until } from "./watching.ts";

const suite = useNtfy();
const event: FleetEvent = {
  ...{ id: "01ke0000000000000000000001", kind: "permission.requested" },
  from: { machine: "lab", session: "web" },
  ...{ time: "2026-01-02T15:04:00.000Z", origin: "agent", data: {} },
};
const offer = {
  ...{ token: "k7m2q-x4tfz", expiresAt: "2026-01-03T00:00:00.000Z" },
  choices: [{ label: "go on", token: "aaaaa-bbbbb" }],
};

const inboxSchema = z.object({ items: z.array(z.looseObject({ body: z.string(), origin: z.string() })) });
const viewsSchema = z.object({
  items: z.array(
    z.looseObject({
      name: z.string(),
      inbound: z.looseObject({ isListening: z.boolean(), refused: z.number() }).optional(),
    }),
  ),
});

/** The adapter as the server's account has it, opened. */
function opened(): ReturnType<Adapter["open"]> {
  const adapter = builtInAdapters.find(({ spec }) => spec.type === "ntfy");
  const { url: server, token } = suite.server();
  const config = { server, topic: "agents", reply_topic: "answers", token };
  if (adapter === undefined) throw new Error("there is no ntfy adapter");
  return adapter.open(adapter.spec.config.parse(config), lent());
}

/** What the adapter is lent. */
function lent(): AdapterContext {
  const silent = () => undefined;
  return {
    ...{ name: "phone", ns: "main", clock: systemClock, fetch: globalThis.fetch },
    log: { debug: silent, info: silent, warn: silent, error: silent },
    addressesOf: async (host) => [host],
    stillWanted: async () => true,
  };
}

async function ask(text: string) {
  const { sink } = opened();
  const signal = AbortSignal.timeout(10_000);
  await sink!.connect(signal);
  await sink!.send(event, signal, bareNotice(event, { text, reply: offer }));
  await sink!.close();
}

async function phone({ onTestFinished }: TestContext) {
  const { url, token } = suite.server();
  const subscription = await subscribe(url, "agents", token);
  onTestFinished(() => subscription.close());
  return subscription;
}

describe("[row 137] answers by a real ntfy server", () => {
  /** A listening source; `next` rejects when nothing comes in time. */
  const listen = async (context: TestContext) => {
    const { source } = opened();
    const over = new AbortController();
    await source!.connect(AbortSignal.timeout(10_000));
    const deliveries = source!.receive(AbortSignal.any([over.signal, AbortSignal.timeout(30_000)]));
    const iterator = deliveries[Symbol.asyncIterator]();
    const end = async () => {
      over.abort();
      await source!.close();
    };
    context.onTestFinished(end);
    const next = async () => {
      const { value, done } = await iterator.next();
      if (done === true) throw new Error("the source ended");
      return value;
    };
    return { next, end };
  };
  /** What a phone's button does, and anybody may: without credentials. */
  const press = async (button: { readonly url: string; readonly body?: unknown }) =>
    (await fetch(button.url, { method: "POST", body: String(button.body) })).status;
  test("come by a button and by a text with its token, and are answered", async (context) => {
    const { next: heard } = await phone(context);
    const { next } = await listen(context);
    await ask("may I?");
    const notice = await heard();
    expect(notice.message).toBe("may I?\nAnswer: k7m2q-x4tfz your text → answers");
    const [button] = notice.actions ?? [];
    expect(button).toMatchObject({ action: "http", label: "go on", method: "POST", clear: true });
    expect(await press(button!)).toBe(200);
    const picked = await next();
    expect(picked.said).toEqual({ type: "choice", token: "aaaaa-bbbbb" });
    const { providerId } = await picked.ack({ line: "→ lab/web: stored" });
    expect(await heard()).toMatchObject({ id: providerId, message: "→ lab/web: stored", priority: 2 });
    await press({ url: button!.url, body: "K7M2Q-x4tfz nein, “Grüße” 🚀" });
    const written = await next();
    expect(written.said).toEqual({ type: "text", text: "nein, “Grüße” 🚀", token: "k7m2q-x4tfz" });
    await written.ack({ line: "to lab/web?", choices: [{ label: "Send", token: "ccccc-ddddd" }] });
    expect((await heard()).actions).toMatchObject([{ label: "Send", body: "ccccc-ddddd" }]);
  });

  test("that came while nobody listened are there for the next one, once", async (context) => {
    const { url } = suite.server();
    const first = await listen(context);
    await press({ url: `${url}/answers`, body: "one" });
    await (await first.next()).ack({ line: "→ lab/web: stored" });
    await first.end();
    await press({ url: `${url}/answers`, body: "two" });
    const { next } = await listen(context);
    const two = await next();
    expect(two.said).toEqual({ type: "text", text: "two" });
    await two.ack({ line: "→ lab/web: stored" });
    await press({ url: `${url}/answers`, body: "three" });
    expect((await next()).said).toEqual({ type: "text", text: "three" });
  });
});

describe("[want 33] a real ntfy server between a daemon and a phone", () => {
  let fleet: Fleet;
  let connection: NatsConnection;
  let puppets: readonly Puppet[] = [];

  beforeAll(async () => {
    if (!suite.isThere()) return;
    const { host, url: server, token } = suite.server();
    const entry = adapterEntry({
      ...{ name: "phone", type: "ntfy", server, topic: "agents", reply_topic: "answers" },
      ...{ token: "env:NTFY_TOKEN", allow_private: [host], on: ["turn.failed"], dedupe: "1ms" },
      replies: { choices: ["go on", "stop"] },
    });
    fleet = await startFleet({ config: entry, env: { NTFY_TOKEN: token } });
    connection = await connectAsChecker(await fleet.hub());
    const place = { home: fleet.home, client: fleet.client };
    puppets = await Promise.all(["web", "api"].map((name) => startPuppet({ ...place, name })));
    await listening();
  });
  afterAll(async () => {
    await Promise.all(puppets.map((puppet) => puppet.kill()));
    await connection?.close();
    await fleet?.close();
  });

  const views = async () => viewsSchema.parse((await fleet.api("GET", "/v1/adapters")).json).items;
  const inbound = async () => (await views()).find(({ name }) => name === "phone")?.inbound;
  const listening = () =>
    until("the topic to be listened to", async () => (await inbound())?.isListening === true);
  const inbox = async (session: string) => {
    const answer = await fleetCommand(fleet, ["inbox", "--session", session, "--json"]);
    return inboxSchema.parse(answer.json()).items.map(({ body, origin }) => `${origin}: ${body}`);
  };
  /** A turn fails, and the phone shows it. */
  const failure = async ({ next }: Subscription, session: string, error: string) => {
    const from = { machine: "lab", session };
    const data = { cli: "demo", error };
    await publishEvent(connection, { id: `e-${error}`, kind: "turn.failed", from, data });
    const notice = await next();
    expect(notice.message).toContain(error);
    const [, token = ""] = /\nAnswer: (\S+) your text → answers$/.exec(notice.message ?? "") ?? [];
    return { buttons: notice.actions ?? [], token };
  };
  /** Publishes to the reply topic as a phone does; without credentials. */
  const say = async (text: string) =>
    (await fetch(`${suite.server().url}/answers`, { method: "POST", body: text })).status;

  test("a button and a text with its token go to the session that the notice was about", async (context) => {
    const screen = await phone(context);
    const web = await failure(screen, "web", "overload-1");
    const api = await failure(screen, "api", "overload-2");
    const stop = web.buttons.find(({ label }) => label === "stop");
    expect(await fetch(stop?.url ?? "", { method: "POST", body: String(stop?.["body"]) })).toMatchObject({
      status: 200,
    });
    expect((await screen.next()).message).toMatch(/^→ lab\/web: stored/);
    await say(`${api.token.toUpperCase()} use the other port, “please”`);
    expect(await screen.next()).toMatchObject({
      message: expect.stringMatching(/^→ lab\/api: stored/),
      priority: 2,
    });
    expect(await inbox("web")).toEqual(["external: stop"]);
    expect(await inbox("api")).toEqual(["external: use the other port, “please”"]);
  });

  test("a token counts once, and what has none is neither stored nor answered", async (context) => {
    const screen = await phone(context);
    const { token, buttons } = await failure(screen, "web", "overload-3");
    const { refused = 0 } = (await inbound()) ?? {};
    await say("rm -rf /");
    await say("k7m2q-x4tfz rm -rf /");
    await say(`${token} yes`);
    expect((await screen.next()).message).toMatch(/^→ lab\/web: stored/);
    await say(`${token} yes, again`);
    await say(String(buttons[0]?.["body"]));
    await until("four to be refused", async () => ((await inbound())?.refused ?? 0) === refused + 4);
    const bodies = await inbox("web");
    expect(bodies.filter((body) => /yes|rm|go on/.test(body))).toEqual(["external: yes"]);
    // The next thing on the screen is about the next failure: nobody was told anything.
    await failure(screen, "web", "overload-4");
  });

  test("what is said while the daemon is down is there when it is back, once", async (context) => {
    const screen = await phone(context);
    const { token } = await failure(screen, "api", "overload-5");
    await fleet.daemon.kill("SIGKILL");
    await say(`${token} while you were away`);
    await fleet.daemon.start();
    // a notice that was sent and not on record yet when it was killed is sent once more, as an update of itself
    let heard = await screen.next();
    while (heard.message?.startsWith("overload-") === true) heard = await screen.next();
    expect(heard.message).toMatch(/^→ lab\/api: stored/);
    const said = (await inbox("api")).filter((body) => body.endsWith("while you were away"));
    expect(said).toHaveLength(1);
  });
});
