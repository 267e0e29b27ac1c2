import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findServer } from "../find-server.ts";
import type { FindProgress } from "../progress.ts";

const script = '#!/bin/sh\necho "nats-server: v2.15.0"\n';
const archive = gzipSync(
  tarOf({ "nats-server-v2.15.0/README.md": "read me", "nats-server-v2.15.0/nats-server": script }),
);

interface Answer {
  readonly status?: number;
  readonly body?: Uint8Array;
  /** Announces more than it sends, and hangs up. */
  readonly isCutShort?: boolean;
}

let folder = "";
let answers: Map<string, Answer>;
let server: Server;
let base = "";
let authorizations: (string | undefined)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "archive-"));
  answers = new Map();
  authorizations = [];
  server = createServer((request, response) => {
    authorizations.push(request.headers.authorization);
    const {
      status = 200,
      body = new Uint8Array(),
      isCutShort = false,
    } = answers.get(request.url ?? "") ?? { status: 404 };
    response.writeHead(status, { "content-length": String(body.length + (isCutShort ? 100 : 0)) });
    response.end(body);
    if (isCutShort) response.once("finish", () => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  base = `http://127.0.0.1:${address.port}`;
});

afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

describe("the release archive", () => {
  it("is installed when its SHA-256 is right", async () => {
    answers.set("/a.tar.gz", { body: archive });
    const { found } = await find(`${base}/a.tar.gz#sha256=${sumOf(archive)}`);
    expect(found).toEqual({
      path: join(folder, "nats-server/2.15.0/nats-server"),
      version: "2.15.0",
      from: "archive",
    });
    const again = await find("http://127.0.0.1:1/gone");
    expect(again.found).toMatchObject({ version: "2.15.0", from: "installed" });
  });

  it("is refused when its SHA-256 is another, and nothing is kept of it", async () => {
    answers.set("/a.tar.gz", { body: archive });
    const { reason } = await find(`${base}/a.tar.gz#sha256=${"0".repeat(64)}`);
    expect(reason).toContain(`its SHA-256 is ${sumOf(archive)}, not 0000`);
    expect(await readdir(folder)).toEqual([]);
  });

  it("is refused by its pinned SHA-256 when a mirror serves something else", async () => {
    answers.set(`/mirror/v2.15.0/${mirrorName()}`, { body: archive });
    const { reason } = await find(`${base}/mirror/`);
    expect(reason).toMatch(/its SHA-256 is .*, not [0-9a-f]{64}; nothing of it was used/);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each<[string, Answer, RegExp]>([
    ["is cut short", { body: archive.subarray(0, 50), isCutShort: true }, /downloading .*a\.tar\.gz: /],
    ["is not there", { status: 404 }, /downloading .*a\.tar\.gz: the server answered 404/],
    ["is only half of it", { body: archive.subarray(0, 50) }, /its SHA-256 is/],
  ])("fails with the reason when it %s", async (_, answer, expected) => {
    answers.set("/a.tar.gz", answer);
    const { reason } = await find(`${base}/a.tar.gz#sha256=${sumOf(archive)}`);
    expect(reason).toMatch(expected);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ["holds no server", gzipSync(tarOf({ "nats-server/README.md": "x" })), /no nats-server in it/],
    ["is no archive", Buffer.from("hello"), /unpacking .*: incorrect header check/],
    [
      "holds what does not run here",
      gzipSync(tarOf({ "nats-server": "\u007fELF" })),
      /does not run on this machine/,
    ],
    [
      "holds too old a server",
      gzipSync(tarOf({ "nats-server": script.replace("2.15.0", "2.11.4") })),
      /2\.11\.4 is older than 2\.14/,
    ],
  ])("fails with the reason when it %s, whatever its sum", async (_, body, expected) => {
    answers.set("/a.tar.gz", { body });
    const { reason } = await find(`${base}/a.tar.gz#sha256=${sumOf(body)}`);
    expect(reason).toMatch(expected);
  });

  it("is asked for with a mirror's password, which is not shown", async () => {
    const sources = `${base.replace("//", "//user:secret%21@")}/a.tar.gz#sha256=${sumOf(archive)}`;
    expect((await find(sources)).reason).toMatch(/downloading http:\/\/127.*404/);
    expect(authorizations).toEqual([`Basic ${Buffer.from("user:secret!").toString("base64")}`]);
  });
});

/** Only the archive can succeed: nothing is on PATH, apt is not either. */
async function find(override: string) {
  const said: FindProgress[] = [];
  const found = await findServer({
    paths: { cacheDir: folder },
    env: { PATH: "/nowhere", FLEET_SERVER_ARCHIVE: override },
    progress: (progress) => said.push(progress),
    signal: AbortSignal.timeout(20_000),
    fetch,
  }).catch(() => undefined); // the reason is what was said
  const reason =
    said.find((progress) => progress.step === "archive" && progress.state === "failed")?.detail ?? "";
  return { found, reason };
}

function mirrorName(): string {
  const arch = process.arch === "x64" ? "amd64" : process.arch;
  return `nats-server-v2.15.0-${process.platform}-${arch}.tar.gz`;
}

function sumOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function tarOf(files: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(files).flatMap(([name, content]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(`${Buffer.byteLength(content).toString(8).padStart(11, "0")} `, 124);
    header.write("0", 156);
    return [
      header,
      Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512, content + "\0".repeat(512)),
    ];
  });
  return Buffer.concat([...entries, Buffer.alloc(1024)]);
}
