import { join } from "node:path";
import type { Trust } from "../../credentials/accounts.ts";

/** Bounds of a managed server's store. Streams have their own bounds; these only keep the sum of them sane. */
export interface StoreLimits {
  readonly maxFileBytes: number;
  readonly maxMemoryBytes: number;
}

/** Room for a dozen namespaces at the sizes of the layout. Nothing is allocated before it is used. */
export const defaultStoreLimits: StoreLimits = {
  maxFileBytes: 64 * 1024 * 1024 * 1024,
  maxMemoryBytes: 256 * 1024 * 1024,
};

/** The files of a managed server, all under `serverDir`. */
export interface ServerFiles {
  readonly config: string;
  readonly pid: string;
  /** The server writes `nats-server_<pid>.ports` here. */
  readonly portsDir: string;
  readonly store: string;
  readonly log: string;
  /** What the process says before it has opened its log: a config that it refuses. */
  readonly output: string;
  /** Name and port, kept between runs. */
  readonly state: string;
}

/** Where everything of a managed server stands. */
export function serverFiles(serverDir: string): ServerFiles {
  return {
    config: join(serverDir, "nats-server.conf"),
    pid: join(serverDir, "nats-server.pid"),
    portsDir: join(serverDir, "ports"),
    store: join(serverDir, "store"),
    log: join(serverDir, "log", "nats-server.log"),
    output: join(serverDir, "log", "start.log"),
    state: join(serverDir, "state.json"),
  };
}

/** What a managed server's config depends on. */
export interface ConfigInput {
  readonly name: string;
  readonly port: number;
  readonly files: ServerFiles;
  readonly trust: Trust;
  readonly limits: StoreLimits;
}

/**
 * The config file. JSON is valid NATS config and needs no quoting rules of our own. Loopback only; every write is synced
 * (NATS.md, decision 2), so a killed server loses nothing it acknowledged; no cap on consumers (decision 4).
 */
export function configText(input: ConfigInput): string {
  const { files, limits, trust } = input;
  const config = {
    server_name: input.name,
    listen: `127.0.0.1:${input.port}`,
    http: "127.0.0.1:-1",
    pid_file: files.pid,
    ports_file_dir: files.portsDir,
    log_file: files.log,
    logfile_size_limit: 8 * 1024 * 1024,
    logfile_max_num: 4,
    max_payload: 1024 * 1024,
    lame_duck_duration: "30s",
    lame_duck_grace_period: "1s",
    jetstream: {
      store_dir: files.store,
      sync_interval: "always",
      max_file_store: limits.maxFileBytes,
      max_memory_store: limits.maxMemoryBytes,
      limits: { default_max_consumers: -1 },
    },
    operator: trust.operator,
    system_account: trust.systemAccount,
    resolver: "MEMORY",
    resolver_preload: trust.accounts,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
