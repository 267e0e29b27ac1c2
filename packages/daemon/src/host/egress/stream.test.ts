import type { RequestListener } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { bench, failureOf } from "./far-server.test.support.ts";

const { serve, egress, clear } = bench();
afterEach(clear);

const ndjson = "application/x-ndjson";

/** Writes a line every 120 ms, `count` times, and then nothing more. */
const speaking =
  (count: number, line = "{}\n"): RequestListener =>
  (_, response) => {
    response.writeHead(200, { "content-type": `${ndjson}; charset=utf-8` });
    for (let n = 0; n < count; n += 1) setTimeout(() => response.write(line), n * 120);
  };
const bounds = { allowPrivate: ["127.0.0.1"], timeoutMs: 500, silenceMs: 1000 };

describe("a stream that the call asked for", () => {
  test("lasts as long as it speaks, and ends where it is silent", async () => {
    const far = await serve(speaking(8));
    const answer = await egress(bounds).fetch(far.url, { headers: { accept: ndjson } });
    const read: string[] = [];
    const reading = (async () => {
      for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) read.push(chunk);
    })();
    const error = await failureOf(reading);
    expect(error).toMatchObject({ code: "unavailable", isRetryable: true });
    expect(error.message).toContain("1000 ms");
    expect(read.join("")).toBe("{}\n".repeat(8));
  });

  test("is bound in its bytes", async () => {
    const far = await serve(speaking(6, "x".repeat(1000)));
    const { fetch } = egress({ ...bounds, maxBytes: 2500 });
    const answer = await fetch(far.url, { headers: { accept: ndjson } });
    expect(await failureOf(answer.text())).toMatchObject({ code: "too_large" });
  });

  test("is none where nothing comes at all, and ends with the caller", async () => {
    const far = await serve(() => undefined);
    const { fetch } = egress(bounds);
    const error = await failureOf(fetch(far.url, { headers: { accept: ndjson } }));
    expect(error.message).toContain("500 ms");
    const open = await serve(speaking(1));
    const caller = new AbortController();
    const answer = await fetch(open.url, { headers: { accept: ndjson }, signal: caller.signal });
    const reading = answer.text();
    caller.abort(new Error("enough"));
    await expect(reading).rejects.toThrow("enough");
  });
});

test.each([
  ["nobody asked for", {}],
  ["is of another kind than was asked for", { accept: "text/event-stream" }],
])("a stream that %s is bound in its time as every answer", async (_, headers) => {
  const far = await serve(speaking(20));
  const answer = await egress(bounds).fetch(far.url, { headers });
  expect((await failureOf(answer.text())).message).toContain("500 ms");
});
