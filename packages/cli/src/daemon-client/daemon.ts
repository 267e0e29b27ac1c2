import { FleetError, type Paths } from "@fleetbus/core";
import type { StatusAnswer } from "@fleetbus/core/api";
import { version } from "../version.ts";
import type { World } from "../world/world.ts";
import { errorOf, readJson, readText, shape } from "./body.ts";
import { exchange, type HttpRequest } from "./exchange.ts";
import type { HttpAnswer } from "./read-answer.ts";
import type { StartOptions } from "./start.ts";

/** The daemon as this command sees it. */
export interface Daemon {
  readonly world: World;
  /**
   * One request. A daemon that is not running is started first (`FLEET_NO_AUTOSTART=1`: rejects with `unavailable`), one
   * of another version is replaced; each at most once. An answer of 400 or more comes back like any other.
   */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Its account of itself, or undefined when none runs. Starts nothing; another version rejects with `version`. */
  status(): Promise<StatusAnswer | undefined>;
  /** Starts one and waits until it answers. */
  start(options?: StartOptions): Promise<StatusAnswer>;
  /** Ends it and waits until its socket is gone; false when none ran. Talks to any version. */
  stop(options: { readonly server: boolean }): Promise<boolean>;
}

const statusShape = shape<StatusAnswer>("version", "server", "spool");

/** Longest silence of a daemon that answers from memory or after one write to disk. */
const quietMs = 30_000;

/** The daemon at `paths.socketFile`. */
export function daemonOf(world: World, paths: Paths): Daemon {
  const ask: Ask = (request) =>
    exchange(
      paths.socketFile,
      { quietMs, ...request, headers: { "x-fleet-version": version, ...request.headers } },
      world.signal,
    );
  const start = async (options?: StartOptions) => {
    const { startDaemon } = await import("./start.ts");
    return startDaemon({ world, paths, status: () => status(ask) }, options);
  };
  const stop = async (options: { readonly server: boolean }) => {
    const { stopDaemon } = await import("./stop.ts");
    return stopDaemon({ world, ask, lockFile: paths.lockFile }, options);
  };
  return {
    world,
    start,
    stop,
    status: () => status(ask),
    send: (request) => send({ world, ask, start, stop }, request),
  };
}

/** One request to the daemon that runs now. */
export type Ask = (request: HttpRequest) => Promise<HttpAnswer>;

interface Parts extends Pick<Daemon, "start" | "stop"> {
  readonly world: World;
  readonly ask: Ask;
}

async function send(parts: Parts, request: HttpRequest): Promise<HttpAnswer> {
  const answer = await parts.ask(request).catch(async (error: unknown) => {
    if (!isDown(error) || parts.world.env["FLEET_NO_AUTOSTART"] === "1") throw error;
    await parts.start();
    return parts.ask(request);
  });
  if (answer.status !== 426) return answer;
  await replace(parts, answer);
  return parts.ask(request);
}

/** Version handshake ([row 175]): the daemon of another build makes way for one of this build. */
async function replace(parts: Parts, answer: HttpAnswer): Promise<void> {
  const error = errorOf(426, await readText(answer.body));
  if (parts.world.env["FLEET_NO_AUTOSTART"] === "1") throw error;
  await parts.world.stderr.write(`fleet: restarting the daemon: ${error.message}\n`);
  await parts.stop({ server: false });
  await parts.start();
}

async function status(ask: Ask): Promise<StatusAnswer | undefined> {
  try {
    return await readJson(await ask({ method: "GET", path: "/v1/status" }), statusShape);
  } catch (error) {
    if (isDown(error)) return undefined;
    throw error;
  }
}

/** Whether nobody listens on the socket. */
export function isDown(error: unknown): boolean {
  return error instanceof FleetError && error.code === "unavailable" && error.details["reason"] === "down";
}
