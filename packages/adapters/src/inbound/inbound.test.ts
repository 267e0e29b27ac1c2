import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { CloudEvent, HTTP } from "cloudevents";
import { errorTable, FleetError, type ErrorCode } from "@fleetbus/core";
import { adapterConformance, type FarSide } from "@fleetbus/core/testing";
import { eventOf } from "../http/sending.test.support.ts";
import { inbound } from "./adapter.ts";
import { listener } from "./bench.test.support.ts";
import { freePort, key, send, sendUntilSettled, signedHeaders } from "./sender.test.support.ts";

const newKey = `whsec_${Buffer.from("another key, 32 bytes in length.").toString("base64")}`;

/** A sender that tries again until it is told that it need not. */
async function farSide(): Promise<FarSide> {
  const listen = `127.0.0.1:${await freePort()}`;
  const over = new AbortController();
  const sending = new Set<Promise<void>>();
  return {
    config: { listen },
    event: eventOf,
    arrivals: async () => [],
    speak: async (n) => {
      const sent = { id: `said${n}`, body: JSON.stringify({ text: `text ${n}` }) };
      sending.add(sendUntilSettled(`http://${listen}/`, sent, over.signal));
    },
    close: async () => {
      over.abort();
      await Promise.all(sending);
    },
  };
}

adapterConformance({
  adapter: inbound,
  validConfig: { secrets: [key] },
  harness: { can: ["speak", "keeps"], start: farSide },
  runner: { describe, test },
});

describe("a signed request", () => {
  test.each([
    [{ text: "deploy is done" }, { said: { type: "text", text: "deploy is done" } }],
    [
      { text: "hi", to: "lab/web", sender: "ci" },
      { said: { type: "text", text: "hi", to: "lab/web" }, sender: { id: "ci" } },
    ],
    [{ text: "yes", token: "K7M2Q-x4tfz" }, { said: { type: "text", text: "yes", token: "k7m2q-x4tfz" } }],
    [{ text: "yes", answers: "42" }, { said: { type: "text", text: "yes", answers: "42" } }],
    [{ choice: "aaaaa-bbbbb" }, { said: { type: "choice", token: "aaaaa-bbbbb" } }],
    [{ quota: { adapter: "sms", daily: 3 } }, { said: { type: "quota", adapter: "sms", daily: 3 } }],
    [
      { quota: { adapter: "sms", daily: null } },
      { said: { type: "quota", adapter: "sms", daily: undefined } },
    ],
  ])("%j says what it says, plain and as a CloudEvent", async (data, expected) => {
    const { url, next } = await listener();
    const event = new CloudEvent({ source: "/ci", type: "com.example.done", data, team: "lab" });
    const { headers, body } = HTTP.structured(event);
    for (const sent of [
      { id: "msg_1", body: JSON.stringify(data) },
      { id: "msg_2", body: String(body), headers: { "content-type": String(headers["content-type"]) } },
    ]) {
      const answering = send(url, sent);
      const { ack, nak: _, ...delivery } = await next();
      expect(delivery).toEqual({ id: sent.id, ...expected });
      await ack({ line: "stored" });
      expect((await answering).status).toBe(202);
    }
  });

  test("is answered with what became of it", async () => {
    const { url, next } = await listener();
    const answering = send(url, { body: '{"text":"hello"}' });
    const choices = [{ label: "Send", token: "aaaaa-bbbbb" }];
    await (await next()).ack({ line: "→ lab/web: stored", message: { id: "01m", to: "lab/web" }, choices });
    const answer = await answering;
    expect(answer).toMatchObject({
      status: 202,
      json: { id: "01m", to: "lab/web", line: "→ lab/web: stored", choices },
    });
    expect(answer.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  });

  test.each(Object.keys(errorTable).filter(isCode))("that is refused as %s gets its status", async (code) => {
    const { url, next } = await listener();
    const answering = send(url);
    await (await next()).nak(new FleetError(code, "taking a reply: no", { details: { retryAfterMs: 1500 } }));
    const { status, json, headers } = await answering;
    expect(status).toBe(errorTable[code].http);
    expect(json).toEqual({ code, message: "taking a reply: no" });
    expect(headers.get("retry-after")).toBe(errorTable[code].isRetryable ? "2" : null);
  });

  test("that is refused in silence is told no reason", async () => {
    const { url, next } = await listener();
    const answering = send(url);
    const silent = { details: { isSilent: true } };
    await (await next()).nak(new FleetError("refused", "taking a reply: a stranger", silent));
    expect((await answering).json).toEqual({ code: "refused" });
  });

  test("that comes again while it is under way gets the one verdict", async () => {
    const { url, next } = await listener();
    const answers = [send(url), send(url), send(url)];
    const first = await next();
    const other = send(url, { body: '{"text":"something else"}' });
    expect(await other).toMatchObject({ status: 409, json: { code: "conflict" } });
    await sleep(300);
    await first.ack({ line: "→ lab/web: stored" });
    for (const answer of await Promise.all(answers))
      expect(answer).toMatchObject({ status: 202, json: { line: "→ lab/web: stored" } });
    const following = send(url, { id: "msg_2" });
    const second = await next();
    expect(second.id).toBe("msg_2");
    await second.ack({ line: "→ lab/web: stored" });
    expect((await following).status).toBe(202);
  });

  test("that the host does not settle in time is to come again, and finds its verdict", async () => {
    const { url, next } = await listener({ limits: { verdictMs: 1000 } });
    const late = await send(url);
    expect(late).toMatchObject({ status: 503, json: { code: "unavailable" } });
    expect(late.headers.get("retry-after")).toBe("1");
    const delivery = await next();
    const again = send(url);
    await sleep(300);
    await delivery.ack({ line: "→ lab/web: stored" });
    expect((await again).status).toBe(202);
  });

  test("waits for few others: a crowd is told to come again", async () => {
    const { url, next } = await listener({ limits: { maxWaiting: 1 } });
    const first = send(url, { id: "msg_1" });
    const delivery = await next();
    expect(await send(url, { id: "msg_2" })).toMatchObject({ status: 503 });
    await delivery.ack({ line: "→ lab/web: stored" });
    expect((await first).status).toBe(202);
  });

  test("that waits when the source closes is to come again", async () => {
    const { url, next, source } = await listener();
    const answering = send(url);
    await next();
    await source.close();
    expect((await answering).status).toBe(503);
    await expect(send(url)).rejects.toThrow(/fetch failed/);
  });

  test("counts with any of the secrets, and any of its signatures", async () => {
    const { url, takeAll } = await listener({ keys: { secrets: [newKey, key] } });
    takeAll();
    expect((await send(url, { id: "msg_1", secret: key })).status).toBe(202);
    expect((await send(url, { id: "msg_2", secret: newKey })).status).toBe(202);
    const { "webhook-signature": ours } = signedHeaders({ id: "msg_3", body: '{"text":"text 1"}' });
    const several = { "webhook-signature": `v1a,AAAA v1,${"A".repeat(43)}= ${ours}` };
    expect((await send(url, { id: "msg_3", headers: several })).status).toBe(202);
  });
});

function isCode(code: string): code is ErrorCode {
  return code in errorTable;
}
