import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import type { Server } from "node:http";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { httpServer, serveLimits, type ServeLimits } from "./http-server.ts";

const places = ["a unix socket", "loopback"] as const;

let dir: string;
let server: Server;
let sockets: Socket[];
let full: number[];

beforeEach(async () => {
  [sockets, full] = [[], []];
  dir = await mkdtemp(join(tmpdir(), "fleet-http-"));
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(dir, { recursive: true });
});

/** Answers when the body is there; `/stream` begins at once. */
async function serve(place: (typeof places)[number], limits: Partial<ServeLimits>): Promise<void> {
  server = httpServer({
    limits: { ...serveLimits, ...limits },
    onFull: (most) => void full.push(most),
    handler: (request, response) => {
      if (request.url === "/stream") response.write("begun");
      request.on("error", () => undefined).on("end", () => setTimeout(() => response.end("done"), 300));
      request.resume();
    },
  });
  server.listen(place === "loopback" ? { host: "127.0.0.1", port: 0 } : { path: join(dir, "s") });
  await once(server, "listening");
}

/** Says something and gives all that is said back until the other side hangs up. */
async function say(text: string): Promise<string> {
  const address = server.address();
  const socket = typeof address === "string" ? connect(address) : connect(address?.port ?? 0, "127.0.0.1");
  sockets.push(socket);
  let heard = "";
  socket.on("data", (chunk: Buffer) => (heard += chunk.toString())).on("error", () => undefined);
  await once(socket, "connect");
  if (text !== "") socket.write(text);
  await new Promise((resolve) => socket.once("close", resolve));
  return heard;
}

const head = (path: string) => `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n`;
const quick = { headersMs: 100, requestMs: 200 };

describe.each(places)("a request over %s", (place) => {
  it.each([
    ["says nothing", ""],
    ["never ends its headers", head("/")],
    ["never ends its body", `${head("/")}\r\n12345`],
  ])("that %s is told 408 and why, and hung up on", async (_, text) => {
    await serve(place, quick);
    const heard = await say(text);
    expect(heard).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    const body: unknown = JSON.parse(heard.slice(heard.indexOf("\r\n\r\n")));
    expect(body).toMatchObject({
      error: { code: "pending", message: expect.stringContaining("within 100 ms") },
    });
  });

  it("that is whole in time may be answered later than that", async () => {
    await serve(place, quick);
    expect(await say(`${head("/").replace("\r\n", "\r\nconnection: close\r\n")}\r\n1234567890`)).toMatch(
      /^HTTP\/1\.1 200 OK[^]*done/,
    );
  });

  it("whose answer has begun is cut off without a second one", async () => {
    await serve(place, quick);
    const heard = await say(`${head("/stream")}\r\n12345`);
    expect(heard).toContain("begun");
    expect(heard).not.toContain("408");
  });

  it("that is no HTTP is told so", async () => {
    await serve(place, quick);
    expect(await say("hello there\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 Bad Request[^]*it is no HTTP/);
  });

  it("on top of so many is hung up on, and that is told once", async () => {
    await serve(place, { maxConnections: 2 });
    void say("");
    void say("");
    await expect
      .poll(() => new Promise((resolve) => server.getConnections((_, count) => resolve(count))))
      .toBe(2);
    expect(await say(`${head("/")}\r\n1234567890`)).toBe("");
    expect(await say(`${head("/")}\r\n1234567890`)).toBe("");
    expect(full).toEqual([2]);
  });
});
