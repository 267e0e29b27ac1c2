import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createServer, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { FleetError } from "@fleetbus/core";
import { bench, failureOf, farServer } from "./far-server.test.support.ts";
import { guardedFetch } from "./guarded-fetch.ts";

const { serve, egress, clear } = bench();
afterEach(clear);

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

describe("a request", () => {
  test("arrives as it was made, whatever its body is", async () => {
    const seen: { method: string | undefined; type: string | undefined; body: string }[] = [];
    const far = await serve((request, response) => {
      void bodyOf(request).then((body) => {
        seen.push({ method: request.method, type: request.headers["content-type"], body });
        response.writeHead(201, { "x-id": "7" }).end("{}");
      });
    });
    const { fetch } = egress({ allowPrivate: ["127.0.0.1"] });
    const form = new FormData();
    form.append("file", new Blob(["log"]), "web.log");
    const json = { method: "POST", headers: { "content-type": "application/json" }, body: '{"a":1}' };
    const answer = await fetch(far.url, json);
    await fetch(new Request(far.url, { method: "PUT", body: new URLSearchParams({ a: "1" }) }));
    await fetch(new URL(far.url), { method: "POST", body: form });
    expect([answer.status, answer.headers.get("x-id"), await answer.json()]).toEqual([201, "7", {}]);
    expect(seen[0]).toEqual({ method: "POST", type: "application/json", body: '{"a":1}' });
    expect(seen[1]).toMatchObject({ method: "PUT", body: "a=1" });
    expect(seen[2]?.type).toMatch(/^multipart\/form-data; boundary=/);
    expect(seen[2]?.body).toContain('name="file"; filename="web.log"');
  });

  test("that its caller gives up rejects with the caller's own reason, also under a signal of another make", async () => {
    const far = await serve(() => undefined);
    const { fetch } = egress({ allowPrivate: ["127.0.0.1"] });
    const reason = new FleetError("unavailable", "the daemon is stopping");
    const own = new AbortController();
    const call = fetch(far.url, { signal: own.signal });
    own.abort(reason);
    await expect(call).rejects.toBe(reason);
    await expect(fetch(far.url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const foreign = Object.assign(new EventTarget(), { aborted: false, reason });
    const init: object = { signal: foreign };
    const second = fetch(far.url, init);
    foreign.dispatchEvent(new Event("abort"));
    await expect(second).rejects.toBe(reason);
  });
});

describe("an answer", () => {
  test.each([301, 302, 303, 307, 308])("of %i is no success, and is not followed", async (status) => {
    let hits = 0;
    const inside = await serve((_, response) => {
      hits += 1;
      response.end();
    });
    const far = await serve((_, response) =>
      response.writeHead(status, { location: `${inside.url}/admin?token=hunter2` }).end("moved"),
    );
    const { fetch } = egress({ allowPrivate: ["127.0.0.1"] });
    const error = await failureOf(fetch(`${far.url}/hook`, { redirect: "follow" }));
    expect(error).toMatchObject({ code: "refused", details: { status } });
    expect(error.message).toContain(`redirects to ${inside.url}/…; none is followed`);
    expect(error.message).not.toContain("hunter2");
    expect(hits).toBe(0);
  });

  test.each([
    ["sent as it is", {}, (bytes: number) => Buffer.alloc(bytes, "x")],
    [
      "compressed to a few KB",
      { "content-encoding": "gzip" },
      (bytes: number) => gzipSync(Buffer.alloc(bytes)),
    ],
  ])("of 3 MB %s breaks off at the limit", async (_, headers, body) => {
    const far = await serve((_request, response) => response.writeHead(200, headers).end(body(3_000_000)));
    const { fetch } = egress({ allowPrivate: ["127.0.0.1"], maxBytes: 100_000 });
    const answer = await fetch(far.url);
    expect(await failureOf(answer.text())).toMatchObject({
      code: "too_large",
      details: { maxBytes: 100_000 },
    });
  });

  test("of exactly the limit is read in full", async () => {
    const far = await serve((_, response) => response.end("x".repeat(1000)));
    const { fetch } = egress({ allowPrivate: ["127.0.0.1"], maxBytes: 1000 });
    expect(await (await fetch(far.url)).text()).toHaveLength(1000);
  });

  test.each([204, 304])("of %i has no body", async (status) => {
    const far = await serve((_, response) => response.writeHead(status).end());
    const answer = await egress({ allowPrivate: ["127.0.0.1"] }).fetch(far.url);
    expect([answer.status, answer.body]).toEqual([status, null]);
  });
});

describe("a far side that misbehaves", () => {
  test("and never answers is given up at the time limit", async () => {
    const far = await serve(() => undefined);
    const { fetch } = egress({ allowPrivate: ["127.0.0.1"], timeoutMs: 50 });
    expect(await failureOf(fetch(`${far.url}/x`))).toMatchObject({
      code: "unavailable",
      message: `calling ${far.url}/…: no answer within 50 ms`,
    });
  });

  test("and hangs within the body is given up at the same limit", async () => {
    const far = await serve((_, response) => void response.writeHead(200).write("begin"));
    const answer = await egress({ allowPrivate: ["127.0.0.1"], timeoutMs: 200 }).fetch(far.url);
    expect(await failureOf(answer.text())).toMatchObject({ code: "unavailable" });
  });

  test("and closes the connection within the body is worth another try", async () => {
    const far = await serve((_, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("begin", () => response.destroy());
    });
    const answer = await egress({ allowPrivate: ["127.0.0.1"] }).fetch(far.url);
    expect(await failureOf(answer.text())).toMatchObject({ code: "unavailable", isRetryable: true });
  });

  test("and closes before TLS stands is worth another try", async () => {
    const server = createServer((socket: Socket) => socket.once("data", () => socket.destroy()));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    const { fetch } = egress({ allowPrivate: ["127.0.0.1"] });
    const error = await failureOf(fetch(`https://127.0.0.1:${port}/`));
    expect(error).toMatchObject({ code: "unavailable", isRetryable: true });
    expect(error.message).toMatch(/^calling https:\/\/127\.0\.0\.1:\d+: .*(TLS|ECONNRESET|socket)/i);
  });

  test("and is not there is worth another try", async () => {
    const far = await farServer(() => undefined);
    await far.close();
    const { fetch } = egress({ allowPrivate: ["127.0.0.1"] });
    expect(await failureOf(fetch(far.url))).toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });

  test("does not keep the daemon from closing", async () => {
    const far = await serve(() => undefined);
    const out = guardedFetch({ allowPrivate: ["127.0.0.1"] });
    const call = failureOf(out.fetch(far.url));
    await out.close();
    expect(await call).toMatchObject({ code: "unavailable" });
  });
});
