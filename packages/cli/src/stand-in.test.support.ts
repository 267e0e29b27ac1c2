import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathsOf, systemClock, type Clock } from "@fleetbus/core";
import { main } from "./main.ts";
import { version } from "./version.ts";
import type { Confirm, World } from "./world/world.ts";

/** One request that the stand-in was asked. */
export interface Asked {
  readonly route: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** What the stand-in answers: an object as JSON with 200, an array as NDJSON lines, or all of it by hand. */
export type Answer = object | readonly object[] | ((asked: Asked, response: ServerResponse) => void);

/** A daemon of the tests: a real HTTP server on a real unix socket that speaks core/api/README.md. */
export interface StandIn {
  readonly home: string;
  readonly asked: readonly Asked[];
  /** Answers of a route from now on; several are given in turn, the last one for ever. */
  on(route: string, ...answers: readonly Answer[]): void;
  /** Runs one command line against it. */
  fleet(argv: readonly string[], how?: RunOptions): Promise<Ran>;
  close(): Promise<void>;
}

/** What a run differs in. */
export interface RunOptions {
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
  readonly isTerminal?: boolean;
  readonly confirm?: Confirm;
  readonly entry?: string;
  readonly cwd?: string;
}

/** What a run did. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of its own as FLEET_HOME, nobody listens in it. */
export async function emptyHome(): Promise<string> {
  return mkdtemp(join(tmpdir(), "fleet-cli-"));
}

/** Starts a stand-in. Close it. */
export async function startStandIn(routes: Readonly<Record<string, Answer>> = {}): Promise<StandIn> {
  const home = await emptyHome();
  const socketFile = pathsOf({ FLEET_HOME: home }).socketFile;
  await mkdir(dirname(socketFile), { recursive: true });
  const asked: Asked[] = [];
  const answers = new Map<string, readonly Answer[]>(
    Object.entries(routes).map(([route, answer]) => [route, [answer]]),
  );
  const server = createServer((request, response) => void serve({ request, response, asked, answers }));
  await new Promise<void>((resolve) => server.listen(socketFile, resolve));
  await chmod(socketFile, 0o600);
  return {
    home,
    asked,
    on: (route, ...given) => void answers.set(route, given),
    fleet: (argv, how = {}) => runFleet(argv, home, how),
    close: async () => {
      await closeServer(server);
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Runs one command line in a world of its own. */
export async function runFleet(argv: readonly string[], home: string, how: RunOptions = {}): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await main(worldOf({ argv, home, out, err, how }));
  return { code, stdout: out.join(""), stderr: err.join("") };
}

function worldOf(parts: {
  readonly argv: readonly string[];
  readonly home: string;
  readonly out: string[];
  readonly err: string[];
  readonly how: RunOptions;
}): World {
  const { argv, home, out, err, how } = parts;
  const isTerminal = how.isTerminal === true;
  const into = (list: string[]) => ({
    isTerminal,
    columns: undefined,
    rows: undefined,
    write: (text: string) => {
      list.push(text);
      return Promise.resolve();
    },
  });
  return {
    argv,
    env: {
      HOME: home,
      FLEET_HOME: home,
      FLEET_MACHINE: "lab",
      FLEET_NO_AUTOSTART: "1",
      PATH: process.env["PATH"] ?? "",
      ...how.env,
    },
    cwd: how.cwd ?? home,
    pid: process.pid,
    stdin: { isTerminal, read: () => Promise.resolve(new Uint8Array(Buffer.from(how.stdin ?? ""))) },
    stdout: into(out),
    stderr: into(err),
    confirm: how.confirm,
    clock: how.clock ?? systemClock,
    signal: how.signal ?? new AbortController().signal,
    entry: how.entry ?? "/nowhere/fleet.js",
  };
}

interface Serving {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly asked: Asked[];
  readonly answers: Map<string, readonly Answer[]>;
}

async function serve({ request, response, asked, answers }: Serving): Promise<void> {
  const url = new URL(request.url ?? "/", "http://fleet");
  const route = `${request.method ?? ""} ${decodeURIComponent(url.pathname)}`;
  const text = await textOf(request);
  const one: Asked = {
    route,
    query: Object.fromEntries(url.searchParams),
    body: text === "" ? undefined : JSON.parse(text),
  };
  asked.push(one);
  if (request.headers["x-fleet-version"] !== version) return fail(response, { status: 426, code: "version" });
  const [answer, ...later] = answers.get(route) ?? [];
  if (later.length > 0) answers.set(route, later);
  if (answer === undefined) return fail(response, { status: 404, code: "not_found" });
  if (isByHand(answer)) return answer(one, response);
  response.writeHead(200, { "content-type": "application/json" });
  if (!Array.isArray(answer)) return void response.end(JSON.stringify(answer));
  for (const line of answer) response.write(`${JSON.stringify(line)}\n`);
  response.end();
}

function isByHand(answer: Answer): answer is (asked: Asked, response: ServerResponse) => void {
  return typeof answer === "function";
}

function textOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => resolve(Buffer.concat(parts).toString("utf8")));
    request.on("error", reject);
  });
}

function fail(
  response: ServerResponse,
  { status, code }: { readonly status: number; readonly code: string },
): void {
  refuse({ status, code, message: "the stand-in has no answer to this", details: { version: "9.9.9" } })(
    undefined,
    response,
  );
}

/** An answer of the daemon's error format. */
export function refuse(error: {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}): (asked: unknown, response: ServerResponse) => void {
  const { status, ...rest } = error;
  return (_asked, response) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { details: {}, ...rest } }));
  };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
