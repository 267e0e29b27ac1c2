import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readJson, readLines, readText, shape } from "./body.ts";
import { exchange } from "./exchange.ts";

const signal = new AbortController().signal;
let folder = "";
let socketFile = "";
let server: Server | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "exchange-"));
  socketFile = join(folder, "s.sock");
});

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function serve(listener: RequestListener): Promise<void> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(socketFile, resolve));
}

describe("an exchange over the unix socket", () => {
  test("sends a body with its length in bytes and reads the JSON", async () => {
    await serve((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () =>
        response.end(
          JSON.stringify({ got: Buffer.concat(parts).toString(), type: request.headers["content-type"] }),
        ),
      );
    });
    const answer = await exchange(socketFile, { method: "POST", path: "/x", body: '{"ü":"€"}' }, signal);
    expect(await readJson(answer, shape<{ got: string; type: string }>("got", "type"))).toEqual({
      got: '{"ü":"€"}',
      type: "application/json",
    });
  });

  test("reads a stream line by line while it is still open", async () => {
    await serve((_request, response) => {
      response.write('{"n":1}\n{"n"');
      setTimeout(() => response.end(':2}\n{"n":3}'), 20);
    });
    const answer = await exchange(socketFile, { method: "GET", path: "/x" }, signal);
    const lines: number[] = [];
    for await (const { n } of readLines(answer, shape<{ n: number }>("n"))) lines.push(n);
    expect(lines).toEqual([1, 2, 3]);
  });

  test("a daemon that dies in the middle is told from one that has ended", async () => {
    await serve((_request, response) => {
      response.write('{"n":1}\n', () => response.destroy());
    });
    const answer = await exchange(socketFile, { method: "GET", path: "/x" }, signal);
    await expect(readText(answer.body)).rejects.toMatchObject({ code: "unavailable" });
  });

  test.each([
    ["nothing is there", () => Promise.resolve()],
    ["a stale file is there", () => writeFile(socketFile, "")],
  ])("says that nobody listens when %s", async (_what, prepare) => {
    await prepare();
    await expect(exchange(socketFile, { method: "GET", path: "/x" }, signal)).rejects.toMatchObject({
      code: "unavailable",
      details: { reason: "down" },
      message: expect.stringContaining("start it with: fleet up"),
    });
  });

  test("a silent daemon is given up after the time it has", async () => {
    await serve(() => {});
    const asking = exchange(socketFile, { method: "GET", path: "/x", quietMs: 50 }, signal);
    await expect(asking).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("no answer came in time"),
    });
  });

  test("an interrupt ends it", async () => {
    await serve(() => {});
    const stop = new AbortController();
    const asking = exchange(socketFile, { method: "GET", path: "/x" }, stop.signal);
    stop.abort();
    await expect(asking).rejects.toThrow(/interrupted/);
  });

  test("leaving a stream early closes the connection", async () => {
    let hasClosed: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => (hasClosed = resolve));
    await serve((request, response) => {
      request.socket.once("close", hasClosed);
      response.write('{"n":1}\n');
    });
    const answer = await exchange(socketFile, { method: "GET", path: "/x" }, signal);
    for await (const line of readLines(answer, shape<{ n: number }>("n"))) if (line.n === 1) break;
    await closed;
    expect(answer.status).toBe(200);
  });
});

describe("an error answer", () => {
  test("becomes the daemon's own error", async () => {
    await serve((_request, response) => {
      response
        .writeHead(404)
        .end(JSON.stringify({ error: { code: "target_unknown", message: "no such", details: { a: 1 } } }));
    });
    const answer = await exchange(socketFile, { method: "GET", path: "/x" }, signal);
    await expect(readJson(answer, shape<object>())).rejects.toMatchObject({
      code: "target_unknown",
      message: "no such",
      details: { a: 1 },
    });
  });

  test.each(["<html>", '{"error":{"code":"made_up","message":"x"}}', "null", ""])(
    "of another format (%j) is shown as it is",
    async (text) => {
      await serve((_request, response) => void response.writeHead(500).end(text));
      const answer = await exchange(socketFile, { method: "GET", path: "/x" }, signal);
      await expect(readJson(answer, shape<object>())).rejects.toMatchObject({
        code: "internal",
        message: expect.stringContaining(`status 500: ${text}`),
      });
    },
  );

  test("an answer without what its version answers is told, not used", async () => {
    await serve((_request, response) => void response.end("{}"));
    const answer = await exchange(socketFile, { method: "GET", path: "/x" }, signal);
    await expect(readJson(answer, shape<{ id: string }>("id"))).rejects.toMatchObject({ code: "internal" });
  });
});
