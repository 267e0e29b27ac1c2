import { spawn, type ChildProcess } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { isDropName, parseDropFile } from "../request/drop-file.ts";
import { renderClient } from "./render.ts";

/** Which client a test runs: `bash` is Linux's, `curl` macOS's. */
export type Variant = "bash" | "curl";

/** A client on disk with its folders, removed after the test. */
export interface ClientUnderTest {
  readonly file: string;
  readonly folder: string;
  readonly dropDir: string;
  pointAt(port: number): Promise<void>;
  drops(): Promise<readonly { readonly name: string; readonly bytes: Buffer }[]>;
}

export async function installedClient(variant: Variant, dropDir?: string): Promise<ClientUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), "fleet-client-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const places = {
    endpointFile: join(folder, "hooks", "endpoint"),
    dropDir: dropDir ?? join(folder, "drop"),
  };
  const file = join(folder, "hooks", "fleet-hook");
  await mkdir(join(folder, "hooks"));
  await writeFile(file, renderClient({ ...places, ...(variant === "bash" ? { bash: "/bin/bash" } : {}) }));
  await chmod(file, 0o755);
  return {
    file,
    folder,
    dropDir: places.dropDir,
    pointAt: (port) => writeFile(places.endpointFile, `port=${port}\ntoken=secret-token\n`, { mode: 0o600 }),
    drops: () => readDrops(places.dropDir),
  };
}

async function readDrops(folder: string) {
  const names = await readdir(folder).catch(() => []);
  return Promise.all(names.map(async (name) => ({ name, bytes: await readFile(join(folder, name)) })));
}

/** How a client ended. */
export interface ClientResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export interface RunOptions {
  readonly args?: readonly string[];
  /** Undefined keeps stdin open. */
  readonly stdin?: string | Buffer | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a client as a CLI does: without a shell, with pipes. */
export function startClient(
  { file }: ClientUnderTest,
  { args = ["claude", "Stop"], stdin, env = {} }: RunOptions,
): { readonly child: ChildProcess; readonly ended: Promise<ClientResult> } {
  const start = performance.now();
  const child = spawn(file, args, { env: { PATH: process.env["PATH"], ...env }, stdio: "pipe" });
  // A client that ends early closes its stdin: nothing to see.
  child.stdin.on("error", () => undefined);
  if (stdin !== undefined) child.stdin.end(stdin);
  const texts = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (texts.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (texts.stderr += text));
  const ended = new Promise<ClientResult>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...texts, ms: performance.now() - start }));
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, ended };
}

export function runClient(client: ClientUnderTest, options: RunOptions): Promise<ClientResult> {
  return startClient(client, options).ended;
}

/** What a fake daemon saw. */
export interface SeenRequest {
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** A real HTTP server in the daemon's place; closed after the test. */
export async function fakeDaemon(
  answer: (seen: SeenRequest, response: ServerResponse) => void,
): Promise<{ readonly port: number; readonly seen: readonly SeenRequest[]; close(): void }> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const one = { url: request.url ?? "", headers: request.headers, body: Buffer.concat(parts) };
      seen.push(one);
      answer(one, response);
    });
  });
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  onTestFinished(close);
  return { port: await listening(server), seen, close };
}

/** The port of a server on loopback, once it listens. */
export async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("listening on loopback: no port");
  return address.port;
}

/** A port that nothing listens on. */
export async function closedPort(): Promise<number> {
  const { port, close } = await fakeDaemon(() => undefined);
  close();
  return port;
}

/** What a client that has nothing to say ends with. */
export const silence = { code: 0, stdout: "", stderr: "" };

/** A payload of about so many bytes, half of them beyond ASCII. */
export function payload(bytes: number, mark = ""): string {
  return JSON.stringify({ session_id: "s1", mark, text: "ü".repeat(bytes / 2) });
}

/** The one file in the drop folder, read; fails when there is not exactly one. */
export async function onlyDrop(client: ClientUnderTest) {
  const drops = await client.drops();
  const [drop, ...others] = drops;
  if (drop === undefined || others.length > 0)
    throw new Error(`looking for one dropped file: ${drops.length} there`);
  expect(isDropName(drop.name)).toBe(true);
  return { ...drop, file: parseDropFile(drop.bytes, Date.now()) };
}
