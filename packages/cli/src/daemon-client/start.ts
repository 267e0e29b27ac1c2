import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { spawn, type ChildProcess } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { errorTable, FleetError, type Paths } from "@fleetbus/core";
import type { StatusAnswer } from "@fleetbus/core/api";
import type { World } from "../world/world.ts";
import { daemonEnv } from "./daemon-env.ts";
import { daemonArgv } from "./daemon-argv.ts";

/** Which server the daemon is to use; absent: its own. */
export interface StartOptions {
  readonly connect?: string;
  readonly context?: string;
}

/** The environment variable that names the descriptor on which a starting daemon tells its stages, one a line. */
export const stageFdName = "FLEET_STAGE_FD";

/**
 * The environment variable that names the chosen server to a daemon that is started: every user of the machine can read a
 * command line, and the URL may hold a password.
 */
export const connectName = "FLEET_STARTED_WITH_URL";

/** A first start may have to fetch a server. */
const startMs = 180_000;
/** A start that lost the race for the lock ends with `conflict`; the winner is given this long to answer. */
const graceMs = 5_000;

interface Parts {
  readonly world: World;
  readonly paths: Paths;
  status(): Promise<StatusAnswer | undefined>;
}

/**
 * Starts `fleet up --foreground` of this very build in a session of its own, tells its stages on stderr and waits until
 * the socket answers. Several may start at once: one daemon wins the lock and all find it.
 */
export async function startDaemon(parts: Parts, options: StartOptions = {}): Promise<StatusAnswer> {
  const logFile = join(dirname(parts.paths.logFile), "start.log");
  const child = spawnDaemon(parts, options, logFile);
  const stages = tellStages(child, parts.world);
  const life: Life = { exitCode: undefined };
  child.once("exit", (code) => (life.exitCode = code ?? -1));
  child.once("error", () => (life.exitCode = -1));
  try {
    return await untilItAnswers(parts, life, logFile);
  } finally {
    stages.destroy();
    child.unref();
  }
}

function spawnDaemon(parts: Parts, options: StartOptions, logFile: string): ChildProcess {
  mkdirSync(dirname(logFile), { recursive: true, mode: 0o700 });
  const log = openSync(logFile, "w", 0o600);
  const { connect, context } = options;
  const [file, ...args] = daemonArgv(parts.world, context);
  try {
    return spawn(file, args, {
      cwd: "/",
      detached: true,
      env: { ...daemonEnv(parts.world), [stageFdName]: "3", [connectName]: connect },
      stdio: ["ignore", log, log, "pipe"],
    });
  } finally {
    closeSync(log);
  }
}

function tellStages(child: ChildProcess, world: World): Readable {
  const pipe = child.stdio[3];
  if (!isReadable(pipe)) throw new FleetError("internal", "starting the daemon: no pipe for its stages");
  const lines = createInterface({ input: pipe });
  lines.on("line", (line) => {
    // Progress may get lost with a closed stderr; the start goes on.
    world.stderr.write(`fleet: ${line}\n`).catch(() => {});
  });
  return pipe;
}

function isReadable(stream: ChildProcess["stdio"][number]): stream is Readable {
  return stream !== null && stream !== undefined && "read" in stream;
}

/** How the started process ended, if it has. */
interface Life {
  exitCode: number | undefined;
}

async function untilItAnswers(parts: Parts, life: Life, logFile: string): Promise<StatusAnswer> {
  const { clock, signal } = parts.world;
  let deadline = clock.monotonic() + startMs;
  for (let hasLost = false; ;) {
    const status = await parts.status();
    if (status !== undefined) return status;
    if (life.exitCode === errorTable.conflict.exit && !hasLost) {
      hasLost = true;
      deadline = clock.monotonic() + graceMs;
    }
    const isOver = life.exitCode !== undefined && !hasLost;
    if (isOver || clock.monotonic() > deadline) throw notStarted(life, logFile);
    await clock.sleep(25, signal);
  }
}

/** Its last lines are told: a config with problems has one for each. */
const toldLines = 40;

function notStarted({ exitCode }: Life, logFile: string): FleetError {
  const said = readFileSync(logFile, "utf8").trim().split("\n").slice(-toldLines).join("\n");
  const why =
    exitCode === undefined ? `no answer within ${startMs / 1000} s` : `it ended with code ${exitCode}`;
  // Whoever called can mend a config, and need not wait for it.
  const code = exitCode === errorTable.config.exit ? "config" : "unavailable";
  return new FleetError(code, `starting the daemon: ${why}; its last words in ${logFile}:\n${said}`);
}
