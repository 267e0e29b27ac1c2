import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { FleetError, type ReplyOffer, type SourceAnswer, type SourceDelivery } from "@fleetbus/core";
import { startFarServer } from "../http/far-server.test.support.ts";
import { contextOf, goldenOf, sendOnce, withFar } from "../http/sending.test.support.ts";
import { ntfy, type NtfyConfig } from "./adapter.ts";
import { ntfyServer } from "./ntfy.stub.test.support.ts";
import { saidIn } from "./source/said.ts";
import { topicsOf } from "./topics.test.support.ts";

const account = { token: "tk_0123456789abcdef", topic: "agents", reply_topic: "answers" };
const offer: ReplyOffer = {
  token: "k7m2q-x4tfz",
  choices: [
    { label: "go on", token: "aaaaa-bbbbb" },
    { label: "stop", token: "ccccc-ddddd" },
  ],
  expiresAt: "2026-01-03T00:00:00.000Z",
};
const stored: SourceAnswer = { line: "→ lab/web: stored" };

const keys = (server: string, change: Partial<NtfyConfig> = {}) =>
  ntfy.spec.config.parse({ ...account, server, ...change });

/** A server of its own, with what was said to it before. */
async function bench() {
  const topics = topicsOf();
  const far = await startFarServer(ntfyServer(account, topics));
  onTestFinished(() => far.close());
  const told = () =>
    far.taken
      .filter(({ method }) => method === "POST")
      .map(({ body }): Record<string, unknown> => ({ ...JSON.parse(body) }));
  return {
    ...{ far, told, say: (message: string) => topics.add("answers", { message }) },
    forge: (sequence: string) =>
      topics.add("agents", { message: "", tags: ["speech_balloon"], sequence_id: sequence }),
  };
}

/** A source that listens, as the host has it. */
async function listen(config: NtfyConfig) {
  const { source } = ntfy.open(config, contextOf());
  const over = new AbortController();
  onTestFinished(async () => {
    over.abort();
    await source?.close();
  });
  await source!.connect(AbortSignal.timeout(5000));
  const receive = () => source!.receive(over.signal)[Symbol.asyncIterator]();
  return { source: source!, receive, end: () => over.abort(), ...nextOf(receive()) };
}

function nextOf(deliveries: AsyncIterator<SourceDelivery>) {
  return {
    next: async (): Promise<SourceDelivery> => {
      const { value, done } = await deliveries.next();
      if (done === true) throw new Error("it ended");
      return value;
    },
  };
}

describe("[row 137] a notice that can be answered by ntfy", () => {
  test("has its choices as buttons before those of the config, and how to answer as its last line", async () => {
    const page = (label: string) => ({ label, url: "https://fleet.example/" });
    await withFar(ntfyServer(account), async (far) => {
      const config = { ...account, server: far.url, actions: [page("Dashboard"), page("Log")] };
      await sendOnce(ntfy, config, { notice: { text: "may I?", reply: offer } });
      const golden = goldenOf(far.taken[0]!).replaceAll(far.url, "http://ntfy");
      await expect(golden).toMatchFileSnapshot("golden/reply.txt");
    });
  });

  test("has room for that line in the longest text that the host may make", async () => {
    const maxText = ntfy.spec.textOf?.(keys("http://n.example")).maxText ?? 0;
    const longest = { token: "x".repeat(32), choices: [], expiresAt: offer.expiresAt };
    await withFar(ntfyServer(account), async (far) => {
      await sendOnce(
        ntfy,
        { ...account, server: far.url },
        { notice: { text: "t".repeat(maxText), reply: longest } },
      );
      expect(far.taken[0]?.body).toContain(
        `tAnswer: ${longest.token} your text → answers`.replace("tA", "t\\nA"),
      );
      const over = { text: "t".repeat(maxText + 1), reply: longest };
      const sending = sendOnce(ntfy, { ...account, server: far.url }, { notice: over });
      await expect(sending).rejects.toMatchObject({ code: "too_large" });
    });
  });

  test("says nothing of it where no reply topic is configured", async () => {
    await withFar(ntfyServer(account), async (far) => {
      const { reply_topic: _, ...sinkOnly } = account;
      await sendOnce(ntfy, { ...sinkOnly, server: far.url }, { notice: { text: "may I?", reply: offer } });
      expect(far.taken[0]?.body).not.toMatch(/k7m2q|aaaaa|Answer/);
    });
  });
});

test.each([
  ["k7m2q-x4tfz go on", { type: "text", text: "go on", token: "k7m2q-x4tfz" }],
  ["  K7M2Q-X4TFZ\n line 1\nline 2 ", { type: "text", text: "line 1\nline 2", token: "k7m2q-x4tfz" }],
  ["k7m2q-x4tfz", { type: "choice", token: "k7m2q-x4tfz" }],
  [" K7M2Q-X4TFZ\n", { type: "choice", token: "k7m2q-x4tfz" }],
  ["OI2LQ-x4tfz yes", { type: "text", text: "yes", token: "0121q-x4tfz" }],
  ["k7m2qx4tfz yes", { type: "text", text: "yes", token: "k7m2q-x4tfz" }],
  ["go on", { type: "text", text: "go on" }],
  ["k7m2q-x4tfzz go", { type: "text", text: "k7m2q-x4tfzz go" }],
  ["go k7m2q-x4tfz", { type: "text", text: "go k7m2q-x4tfz" }],
  ["u7m2q-x4tfz no token has a u", { type: "text", text: "u7m2q-x4tfz no token has a u" }],
  ["", { type: "text", text: "" }],
])("%j at the reply topic is read as what it says", (message, said) => {
  expect(saidIn(message)).toEqual(said);
});

describe("[row 137] the ntfy source", () => {
  test("answers at the main topic, quietly, with choices where it asks", async () => {
    const { far, told, say } = await bench();
    const { next } = await listen(keys(far.url));
    const { id } = say("k7m2q-x4tfz go on");
    const first = await next();
    expect(first).toMatchObject({ id, said: { type: "text", text: "go on", token: "k7m2q-x4tfz" } });
    expect(first.sender).toBeUndefined();
    const question = { line: 'to lab/web: "go on"?', choices: offer.choices };
    expect(await first.ack(question)).toEqual({ providerId: "hwQ2YpKdmg" });
    const action = { action: "http", method: "POST", url: `${far.url}/answers`, clear: true };
    expect(told()).toEqual([
      {
        ...{ topic: "agents", message: question.line, priority: 2, tags: ["speech_balloon"] },
        actions: [
          { ...action, label: "go on", body: "aaaaa-bbbbb" },
          { ...action, label: "stop", body: "ccccc-ddddd" },
        ],
        sequence_id: `re-${id}`,
      },
    ]);
  });

  test("says why something is refused, and nothing to a stranger", async () => {
    const { far, told, say } = await bench();
    const { next } = await listen(keys(far.url));
    say("one");
    const silent = { details: { isSilent: true } };
    await (await next()).nak(new FleetError("refused", "taking a reply: who are you?", silent));
    say("two");
    await (await next()).nak(new FleetError("refused", "taking a reply: the token is used"));
    say("three");
    await next();
    expect(told().map(({ message }) => message)).toEqual(["taking a reply: the token is used"]);
  });

  test("takes what was said while it was away, from where it stood", async () => {
    const { far, say } = await bench();
    say("long ago");
    const first = await listen(keys(far.url));
    say("one");
    const one = await first.next();
    expect(one.said).toMatchObject({ text: "one" });
    await one.ack(stored);
    say("two");
    expect((await first.next()).said).toMatchObject({ text: "two" });
    first.end(); // two is not settled
    say("three");
    const { source } = first;
    const again = source.receive(AbortSignal.timeout(5000))[Symbol.asyncIterator]();
    const { next } = nextOf(again);
    const two = await next();
    expect(two.said).toMatchObject({ text: "two" });
    await two.ack(stored);
    expect((await next()).said).toMatchObject({ text: "three" });
    await again.return?.();
  });

  test.each([undefined, "re-9999999999", "re-none", "re-1h", "re-no-id"])(
    "finds its place by its own answers when it is opened anew, not by %s of somebody else",
    async (sequence) => {
      const { far, say, forge } = await bench();
      const first = await listen(keys(far.url));
      say("one");
      await (await first.next()).ack(stored);
      first.end();
      await first.source.close();
      if (sequence !== undefined) forge(sequence);
      say("two, while the daemon was down");
      const { next } = await listen(keys(far.url));
      expect((await next()).said).toMatchObject({ text: "two, while the daemon was down" });
    },
  );

  test("takes what was said even where its answer cannot be told", async () => {
    const { far, say } = await bench();
    const { next } = await listen(keys(far.url));
    say("one");
    const one = await next();
    far.next.push({ status: 500 });
    expect(await one.ack(stored)).toEqual({});
    say("two");
    expect((await next()).said).toMatchObject({ text: "two" });
  });

  test.each([
    ["a wrong token", { token: "tk_wrong" }, "unauthorized", /401/],
    ["no token", { token: undefined }, "refused", /403/],
    ["no reply topic", { reply_topic: undefined }, "config", /no reply_topic; name a topic/],
  ])("with %s says so when it connects", async (_, change, code, says) => {
    const { far } = await bench();
    const { source } = ntfy.open(keys(far.url, change), contextOf());
    const connecting = source!.connect(AbortSignal.timeout(5000)).catch((thrown: unknown) => thrown);
    expect(await connecting).toMatchObject({ code, isRetryable: false });
    expect(String(await connecting)).toMatch(says);
    await source!.close();
  });

  test.each([
    ["a page of something else", { status: 200, body: "<html>Welcome</html>" }],
    ["an end", { status: 200, body: "" }],
    ["an error", { status: 502, body: "bad gateway" }],
  ])("takes %s for a server that is away", async (_, said) => {
    const { far } = await bench();
    const { source } = ntfy.open(keys(far.url), contextOf());
    far.next.push({ status: 200, body: "" }, said);
    const connecting = source!.connect(AbortSignal.timeout(5000));
    await expect(connecting).rejects.toMatchObject({ code: "unavailable", isRetryable: true });
    await source!.close();
  });

  test("is no second subscriber after it was closed", async () => {
    const { far, say } = await bench();
    const { source } = ntfy.open(keys(far.url), contextOf());
    await source!.connect(AbortSignal.timeout(5000));
    await source!.close();
    say("one");
    await sleep(50);
    const late = source!.receive(AbortSignal.timeout(5000))[Symbol.asyncIterator]().next();
    await expect(late).rejects.toMatchObject({ code: "unavailable" });
  });
});

test("what is published must not come back as an answer: the topics differ", () => {
  const same = ntfy.spec.config.safeParse({ topic: "agents", reply_topic: "agents" });
  expect(same.error?.issues[0]?.message).toMatch(/a topic of its own/);
});
