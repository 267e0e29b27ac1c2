import { FleetError, type Paths } from "@fleetbus/core";
import type { StatusAnswer } from "@fleetbus/core/api";
import { version } from "../version.ts";
import type { World } from "../world/world.ts";
import { errorOf, readJson, readText, shape } from "./body.ts";
import { exchange, type HttpRequest } from "./exchange.ts";
import type { HttpAnswer } from "./read-answer.ts";
import { nameSilent, whileItMoves } from "./silent.ts";
import type { StartOptions } from "./start.ts";

/** The daemon as this command sees it. */
export interface Daemon {
  readonly world: World;
  /**
   * One request. A daemon that is not running is started first (`FLEET_NO_AUTOSTART=1`: rejects with `unavailable`), one
   * of another version is replaced; each at most once. An answer of 400 or more comes back like any other.
   */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /**
   * Its account of itself, or undefined when none runs. Starts nothing; another version rejects with `version`, one that
   * stands still with `unavailable`, its pid and the way out.
   */
  status(): Promise<StatusAnswer | undefined>;
  /** Starts one and waits until it answers. */
  start(options?: StartOptions): Promise<StatusAnswer>;
  /** Ends it, by force where it does not answer, and waits until it is gone; false when none ran. Talks to any version. */
  stop(options: { readonly server: boolean }): Promise<boolean>;
}

const statusShape = shape<StatusAnswer>("version", "server", "spool");

/** Longest silence of a daemon that answers from memory or after one write to disk. */
const quietMs = 30_000;

/** The daemon at `paths.socketFile`. */
export function daemonOf(world: World, paths: Paths): Daemon {
  const askUntil = (signal: AbortSignal): Ask => {
    const headers = { "x-fleet-version": version };
    return (request) =>
      exchange(
        paths.socketFile,
        { quietMs, ...request, headers: { ...headers, ...request.headers } },
        signal,
      ).catch((error: unknown) => nameSilent(error, paths));
  };
  const ask = askUntil(world.signal);
  const watched: Watched = (work) => whileItMoves({ world, paths }, (signal) => work(askUntil(signal)));
  const start = async (options?: StartOptions) => {
    const { startDaemon } = await import("./start.ts");
    return startDaemon({ world, paths, status: () => status(watched) }, options);
  };
  const stop = async (options: { readonly server: boolean }) => {
    const { stopDaemon } = await import("./stop.ts");
    return stopDaemon({ world, watched, paths }, options);
  };
  return {
    world,
    start,
    stop,
    status: () => status(watched),
    send: (request) => send({ world, ask, start, stop }, request),
  };
}

/** One request to the daemon that runs now. */
export type Ask = (request: HttpRequest) => Promise<HttpAnswer>;

/** Asks, and reads the answer, for as long as the daemon does not stand still (`whileItMoves`). */
export type Watched = <T>(work: (ask: Ask) => Promise<T>) => Promise<T>;

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

async function status(watched: Watched): Promise<StatusAnswer | undefined> {
  try {
    return await watched(async (ask) =>
      readJson(await ask({ method: "GET", path: "/v1/status" }), statusShape),
    );
  } catch (error) {
    if (isDown(error)) return undefined;
    throw error;
  }
}

/** Whether nobody listens on the socket. */
export function isDown(error: unknown): boolean {
  return error instanceof FleetError && error.code === "unavailable" && error.details["reason"] === "down";
}
