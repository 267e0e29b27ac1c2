import { bareNotice, systemClock, type Adapter, type AdapterContext, type FleetEvent } from "@fleetbus/core";
import { builtInAdapters } from "@fleetbus/adapters";
import { describe, expect, test, type TestContext } from "vitest";
import { subscribe } from "../../support/ntfy/subscribe.ts";
import { useNtfy } from "../../support/ntfy/suite.ts";

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
