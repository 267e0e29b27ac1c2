import { createHash } from "node:crypto";
import { isAbsolute, join, resolve } from "node:path";

/** Every place on disk that fleet uses. Nothing is created here. */
export interface Paths {
  readonly configFile: string;
  /** What must survive: server store, keys, spool, journal, what hooks call. */
  readonly dataDir: string;
  /** What belongs to one run: socket, lock, pid. */
  readonly runDir: string;
  /** What can be fetched again: provisioned servers. */
  readonly cacheDir: string;
  /** The daemon's unix socket, 0600. */
  readonly socketFile: string;
  /** One daemon a machine holds it. */
  readonly lockFile: string;
  /** What the hook client reads, 0600: `port`, `token`, one `key=value` a line. */
  readonly endpointFile: string;
  /** The stable copy of what hooks call; survives a removed checkout. */
  readonly hooksDir: string;
  /** One file per event that a hook could not hand over. */
  readonly dropDir: string;
  /** Full logs of runs that the server does not have yet. */
  readonly runLogsDir: string;
  readonly spoolDir: string;
  readonly journalDir: string;
  /** The managed nats-server's own folder: config, keys, store. */
  readonly serverDir: string;
  readonly logFile: string;
}

/** Longest unix socket path that Linux and macOS both take. */
const maxSocketPath = 100;

/**
 * Paths by environment: `FLEET_HOME` holds everything in one folder, else the XDG folders (DESIGN §10). `FLEET_CACHE`
 * lets several homes share what was fetched.
 */
export function pathsOf(env: Readonly<Record<string, string | undefined>>): Paths {
  const roots = rootsOf(env);
  const runDir =
    join(roots.run, "fleet.sock").length > maxSocketPath ? shortRunDir(roots.run, env) : roots.run;
  const data = (...parts: readonly string[]) => join(roots.data, ...parts);
  return {
    configFile: env["FLEET_CONFIG"] ? resolve(env["FLEET_CONFIG"]) : join(roots.config, "fleet.toml"),
    dataDir: roots.data,
    runDir,
    cacheDir: roots.cache,
    socketFile: join(runDir, "fleet.sock"),
    lockFile: data("daemon.lock"),
    endpointFile: data("hooks", "endpoint"),
    hooksDir: data("hooks"),
    dropDir: data("drop"),
    runLogsDir: data("runs"),
    spoolDir: data("spool"),
    journalDir: data("journal"),
    serverDir: data("server"),
    logFile: data("log", "daemon.log"),
  };
}

interface Roots {
  readonly config: string;
  readonly data: string;
  readonly run: string;
  readonly cache: string;
}

function rootsOf(env: Readonly<Record<string, string | undefined>>): Roots {
  const home = env["FLEET_HOME"];
  if (home) {
    const root = resolve(home);
    const cache = env["FLEET_CACHE"] || join(root, "cache");
    return { config: root, data: join(root, "data"), run: join(root, "run"), cache };
  }
  const user = env["HOME"] ?? "/";
  const data = join(xdg(env, "XDG_DATA_HOME", join(user, ".local", "share")), "fleet");
  return {
    config: join(xdg(env, "XDG_CONFIG_HOME", join(user, ".config")), "fleet"),
    data,
    run: env["XDG_RUNTIME_DIR"] ? join(env["XDG_RUNTIME_DIR"], "fleet") : join(data, "run"),
    cache: join(xdg(env, "XDG_CACHE_HOME", join(user, ".cache")), "fleet"),
  };
}

/** A relative XDG path is invalid by its specification and is ignored. */
function xdg(env: Readonly<Record<string, string | undefined>>, name: string, fallback: string): string {
  const value = env[name];
  return value !== undefined && isAbsolute(value) ? value : fallback;
}

function shortRunDir(long: string, env: Readonly<Record<string, string | undefined>>): string {
  const id = createHash("sha256").update(long).digest("hex").slice(0, 12);
  return join(env["TMPDIR"] ?? "/tmp", `fleet-${id}`);
}
