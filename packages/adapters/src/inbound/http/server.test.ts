import { describe, expect, test } from "vitest";
import { listener } from "../bench.test.support.ts";
import { raw, requestOf, send, signedHeaders } from "../sender.test.support.ts";

const text = '{"text":"text 1"}';

describe("before any signature is looked at", () => {
  test.each([
    ["another method", { method: "GET" }, 405],
    ["a method of browsers that ask first", { method: "OPTIONS" }, 405],
    ["a form", { headers: { "content-type": "application/x-www-form-urlencoded" } }, 415],
    ["a text, as a form of a page may post it", { headers: { "content-type": "text/plain" } }, 415],
    ["another charset", { headers: { "content-type": "application/json; charset=utf-16" } }, 415],
    ["a compressed body", { headers: { "content-encoding": "gzip" } }, 415],
    ["a body that is too long", { body: JSON.stringify({ text: "x".repeat(65_536) }) }, 413],
  ])("%s is refused", async (_, sent, status) => {
    const { url, seen, takeAll } = await listener();
    takeAll();
    expect((await send(url, sent)).status).toBe(status);
    expect(seen).toEqual([]);
  });

  test("another path is not there", async () => {
    const { url } = await listener({ keys: { path: "/fleet" } });
    expect((await send(url)).status).toBe(404);
    expect((await send(`${url}fleet/more`)).status).toBe(404);
  });

  test.each(["evil.example", "evil.example:8787", "localhost.evil.example", "10.0.0.1", ""])(
    "the Host %j reaches nothing on loopback",
    async (host) => {
      const { port, seen, takeAll } = await listener();
      takeAll();
      const headers = Object.entries({
        ...signedHeaders({ body: text }),
        "content-length": `${text.length}`,
      });
      const request = requestOf(headers, text).replace("host: localhost", `host: ${host}`);
      expect(await raw(port, request)).toMatch(/^HTTP\/1\.1 40[03] /);
      expect(seen).toEqual([]);
    },
  );

  test.each(["localhost", "LOCALHOST:80", "127.0.0.1", "[::1]", "[::1]:8787"])(
    "the Host %s does",
    async (host) => {
      const { port, takeAll } = await listener();
      takeAll();
      const headers = Object.entries({
        ...signedHeaders({ body: text }),
        "content-length": `${text.length}`,
      });
      const request = requestOf(headers, text).replace("host: localhost", `host: ${host}`);
      expect(await raw(port, request)).toMatch(/^HTTP\/1\.1 202 /);
    },
  );

  test("any Host does behind a proxy", async () => {
    const { port, takeAll } = await listener({ keys: { behind_proxy: true } });
    takeAll();
    const headers = Object.entries({ ...signedHeaders({ body: text }), "content-length": `${text.length}` });
    const request = requestOf(headers, text).replace("host: localhost", "host: fleet.example.com");
    expect(await raw(port, request)).toMatch(/^HTTP\/1\.1 202 /);
  });
});

describe("a sender that costs", () => {
  const slowHead = { headersMs: 300, requestMs: 60_000 };

  test.each([
    ["says nothing", slowHead, [], 0],
    [
      "says its headers letter by letter",
      slowHead,
      "POST / HTTP/1.1\r\nhost: localhost\r\nx-slow: aaaaaaaaaaaaaaaaaaaa".split(""),
      40,
    ],
    [
      "says its body letter by letter",
      { headersMs: 600, requestMs: 600 },
      [
        requestOf(
          [
            ["content-type", "application/json"],
            ["content-length", "100"],
          ],
          "",
        ),
        ...text.split(""),
      ],
      100,
    ],
  ])("and %s is hung up on, and others are heard", async (_, limits, said, pauseMs) => {
    const { port, url, takeAll } = await listener({ limits });
    takeAll();
    const started = performance.now();
    const slow = raw(port, said, pauseMs);
    expect((await send(url)).status).toBe(202);
    expect(await slow).toMatch(/^(HTTP\/1\.1 408 |$)/);
    expect(performance.now() - started).toBeLessThan(4000);
  });

  test("and whose length is not said is read up to the bound", async () => {
    const { port, seen, takeAll } = await listener();
    takeAll();
    const head = requestOf(
      [
        ["content-type", "application/json"],
        ["transfer-encoding", "chunked"],
      ],
      "",
    );
    const chunk = `4000\r\n${"x".repeat(0x4000)}\r\n`;
    expect(await raw(port, [head, ...Array.from({ length: 40 }, () => chunk)], 1)).toMatch(
      /^HTTP\/1\.1 413 /,
    );
    expect(seen).toEqual([]);
  });

  test("and says that it is long is refused before it says any of it", async () => {
    const { port } = await listener();
    const head = requestOf([
      ["content-type", "application/json"],
      ["content-length", "10000000"],
    ]);
    expect(await raw(port, head)).toMatch(/^HTTP\/1\.1 413 /);
  });

  test("and has long headers is refused", async () => {
    const { port } = await listener();
    expect(await raw(port, requestOf([["x-long", "x".repeat(10_000)]]))).toMatch(/^HTTP\/1\.1 431 /);
  });

  test("and says two lengths is refused", async () => {
    const { port } = await listener();
    const both = requestOf([
      ["content-length", "5"],
      ["transfer-encoding", "chunked"],
      ["content-type", "application/json"],
    ]);
    expect(await raw(port, both)).toMatch(/^HTTP\/1\.1 400 /);
  });
});
