import { describe, expect, test } from "vitest";
import { signature } from "../webhook/sign.ts";
import { listener } from "./bench.test.support.ts";
import { key, raw, requestOf, send, signedHeaders, type Sent } from "./sender.test.support.ts";

const text = '{"text":"text 1"}';
const wrongKey = `whsec_${Buffer.from("somebody else's key of 32 bytes.").toString("base64")}`;

/** The signed headers, with some other than they were when it was signed. */
const forged = (change: Readonly<Record<string, string>>): Sent => ({ body: text, headers: change });
const without = (name: string) => {
  const { [name]: _, ...rest }: Record<string, string> = signedHeaders({ body: text });
  return rest;
};

describe("a request that bears no right signature is told 401 and nothing else", () => {
  test.each([
    ["another's key", { body: text, secret: wrongKey }],
    ["a time long ago", { body: text, ageSeconds: 301 }],
    ["a time to come", { body: text, ageSeconds: -302 }],
    ["a body that was changed", { ...forged(signedHeaders({ body: '{"text":"text 2"}' })), body: text }],
    ["an id that was changed", forged({ "webhook-id": "msg_2" })],
    ["a time that was changed", forged({ "webhook-timestamp": String(Math.floor(Date.now() / 1000) - 7) })],
    ["a time that is none", forged({ "webhook-timestamp": "now" })],
    ["a time in another form", forged({ "webhook-timestamp": `${Math.floor(Date.now() / 1000)}.0` })],
    ["an id with a dot", { body: text, id: "msg.1" }],
    ["an empty signature", forged({ "webhook-signature": "" })],
    ["a signature of another version", forged({ "webhook-signature": `v1a,${"A".repeat(43)}=` })],
    ["the digest without its version", forged({ "webhook-signature": "A".repeat(44) })],
    [
      "a signature with more behind it",
      forged({ "webhook-signature": `${signedHeaders({ body: text })["webhook-signature"]}A` }),
    ],
    ["many wrong ones", forged({ "webhook-signature": `v1,${"A".repeat(43)}= `.repeat(100).trim() })],
  ] as const)("%s", async (_, sent) => {
    const { url, seen, takeAll } = await listener();
    takeAll();
    expect(await send(url, sent)).toMatchObject({ status: 401, json: undefined });
    expect(seen).toEqual([]);
  });

  test.each(["webhook-id", "webhook-timestamp", "webhook-signature"])("no %s", async (name) => {
    const { url, seen, takeAll } = await listener();
    takeAll();
    const answer = await fetch(url, { method: "POST", headers: without(name), body: text });
    expect([answer.status, await answer.text(), seen]).toEqual([401, "", []]);
  });

  test.each(["webhook-id", "webhook-timestamp", "webhook-signature"])("%s twice", async (name) => {
    const { port, seen, takeAll } = await listener();
    takeAll();
    const headers = Object.entries(signedHeaders({ body: text }));
    const twice = [...headers, ["content-length", String(text.length)] as const].flatMap((each) =>
      each[0] === name ? [each, each] : [each],
    );
    expect(await raw(port, requestOf(twice, text))).toMatch(/^HTTP\/1\.1 401 /);
    expect(seen).toEqual([]);
  });

  test.each(["GET /nothing", "GET /", "POST /"])(
    "%s, and is hung up on: it keeps no connection",
    async (first) => {
      const { port } = await listener();
      const answer = await raw(port, `${first} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
      expect(answer.match(/^connection: .*$/gim)).toEqual(["connection: close"]);
    },
  );

  test("the bounds of time are taken", async () => {
    const { url, takeAll } = await listener();
    takeAll();
    expect((await send(url, { id: "old", ageSeconds: 295 })).status).toBe(202);
    expect((await send(url, { id: "early", ageSeconds: -295 })).status).toBe(202);
  });
});

test("a replay is handed over with the id that it had: the host takes each once", async () => {
  const { url, seen, takeAll } = await listener();
  takeAll();
  const headers = signedHeaders({ body: text });
  for (let n = 0; n < 3; n += 1)
    expect((await fetch(url, { method: "POST", headers, body: text })).status).toBe(202);
  expect(seen.map(({ id }) => id)).toEqual(["msg_1", "msg_1", "msg_1"]);
});

describe("a request that is signed but no request of ours is refused", () => {
  test.each([
    ["no JSON", "{text: 1}", 400],
    ["nothing", "", 400],
    ["a JSON text", '"text"', 400],
    ["null", "null", 400],
    ["a list", '[{"text":"hi"}]', 400],
    ["nothing in it", "{}", 400],
    ["an empty text", '{"text":" \\n"}', 400],
    ["a text that is none", '{"text":{"$ne":1}}', 400],
    ["a key more", '{"text":"hi","from":"me"}', 400],
    ["two kinds at once", '{"text":"hi","choice":"aaaaa-bbbbb"}', 400],
    ["a token that is none", '{"choice":"../x"}', 400],
    ["a quota below nothing", '{"quota":{"adapter":"sms","daily":-1}}', 400],
    ["a quota without a number", '{"quota":{"adapter":"sms"}}', 400],
    ["a prototype", '{"text":"hi","__proto__":{"to":"lab/web"}}', 400],
    ["a constructor", '{"text":"hi","constructor":{"prototype":{"to":"x"}}}', 400],
    ["deep nesting", `{"text":${"[".repeat(30_000)}${"]".repeat(30_000)}}`, 400],
    ["deep nesting without an end", "[".repeat(60_000), 400],
    ["many keys", `{${Array.from({ length: 5000 }, (_, n) => `"k${n}":1`).join(",")}}`, 400],
  ])("%s", async (_, body, status) => {
    const { url, seen, takeAll } = await listener();
    takeAll();
    const answer = await send(url, { body });
    expect(answer).toMatchObject({ status, json: { code: "malformed" } });
    expect(JSON.stringify(answer.json).length).toBeLessThan(1000);
    expect(seen).toEqual([]);
    expect({}).not.toHaveProperty("to");
  });

  test("bytes that are no UTF-8", async () => {
    const { port, seen, takeAll } = await listener();
    takeAll();
    const body = Buffer.concat([Buffer.from('{"text":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    const seconds = Math.floor(Date.now() / 1000);
    const headers = {
      ...signedHeaders({}),
      "webhook-timestamp": String(seconds),
      "webhook-signature": signature({ secret: key, id: "msg_1", seconds, body }),
    };
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", headers, body });
    expect([answer.status, seen]).toEqual([400, []]);
  });

  test.each([
    ["no version", { id: "1", source: "/ci", type: "a", data: { text: "hi" } }],
    ["another version", { specversion: "2.0", id: "1", source: "/ci", type: "a", data: { text: "hi" } }],
    ["no data", { specversion: "1.0", id: "1", source: "/ci", type: "a" }],
    ["bytes", { specversion: "1.0", id: "1", source: "/ci", type: "a", data_base64: "aGk=" }],
    ["its request beside the data", { specversion: "1.0", id: "1", source: "/ci", type: "a", text: "hi" }],
  ])("an envelope with %s", async (_, envelope) => {
    const { url } = await listener();
    const headers = { "content-type": "application/cloudevents+json; charset=UTF-8" };
    const answer = await send(url, { body: JSON.stringify(envelope), headers });
    expect(answer).toMatchObject({ status: 400, json: { code: "malformed" } });
  });
});
