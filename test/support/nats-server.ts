import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** How to start a server for a test. Everything is optional. */
export interface NatsServerOptions {
  /** Kept after `stop`; without it the store lies in the server's own temporary folder. */
  readonly storeDir?: string;
  /** More of the server's configuration, as text. */
  readonly config?: string;
  /** Stops the server. */
  readonly signal?: AbortSignal;
}

/** A real nats-server of its own process, on loopback. */
export interface NatsServer {
  readonly url: string;
  readonly monitorUrl: string;
  /** Of the process that runs now; changes with a restart. */
  readonly pid: number;
  /** What the server logged so far. */
  log(): Promise<string>;
  /** Sends the signal; resolves when a server that dies of it is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same ports and store, stopping it first where it still runs. */
  restart(): Promise<void>;
  /** Stops it and removes its temporary folder. */
  stop(): Promise<void>;
}

interface Ports {
  readonly nats: readonly string[];
  readonly monitoring: readonly string[];
}

interface Place {
  readonly folder: string;
  readonly storeDir: string;
  readonly extra: string;
}

const deadlineMs = 40_000;

/** Starts the binary that `FLEET_NATS_SERVER` names, with JetStream that syncs always, and waits until it takes clients. */
export async function startNatsServer(options: NatsServerOptions = {}): Promise<NatsServer> {
  const folder = await mkdtemp(join(tmpdir(), "fleet-nats-"));
  const place = { folder, storeDir: options.storeDir ?? join(folder, "store"), extra: options.config ?? "" };
  let child = await launch(place, { nats: "127.0.0.1:-1", monitoring: "127.0.0.1:-1" });
  const ports = await portsOf(folder, child);
  const [url = "", monitorUrl = ""] = [ports.nats[0], ports.monitoring[0]];
  const fixed = { nats: new URL(url).host, monitoring: new URL(monitorUrl).host };
  const dieWithUs = () => void child.kill("SIGKILL");
  process.once("exit", dieWithUs);
  const stop = async () => {
    process.removeListener("exit", dieWithUs);
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  options.signal?.addEventListener("abort", () => void stop(), { once: true });
  return {
    url,
    monitorUrl,
    get pid() {
      return child.pid ?? 0;
    },
    log: () => readFile(join(folder, "log"), "utf8"),
    kill: (signal) => send(child, signal),
    restart: async () => {
      await end(child);
      child = await launch(place, fixed);
      await portsOf(folder, child);
    },
    stop,
  };
}

async function launch(place: Place, listen: { nats: string; monitoring: string }): Promise<ChildProcess> {
  const binary = process.env["FLEET_NATS_SERVER"];
  if (!binary) throw new Error("starting nats-server: FLEET_NATS_SERVER names no binary");
  await mkdir(join(place.folder, "ports"), { recursive: true });
  const config = join(place.folder, "nats.conf");
  await writeFile(config, configOf(place, listen));
  const flags = [
    "-c",
    config,
    "--ports_file_dir",
    join(place.folder, "ports"),
    "-l",
    join(place.folder, "log"),
  ];
  return spawn(binary, flags, { stdio: "ignore" });
}

function configOf(place: Place, listen: { nats: string; monitoring: string }): string {
  return `
listen: "${listen.nats}"
http: "${listen.monitoring}"
jetstream {
  store_dir: "${place.storeDir}"
  sync_interval: always
  max_file_store: 4TB
  limits { default_max_consumers: -1 }
}
${place.extra}
`;
}

/** The server writes `nats-server_<pid>.ports` when it takes clients. */
async function portsOf(folder: string, child: ChildProcess): Promise<Ports> {
  const deadline = Date.now() + deadlineMs;
  while (Date.now() < deadline && !isGone(child)) {
    const ports = await readPorts(join(folder, "ports"), child.pid ?? 0);
    if (ports !== undefined) return ports;
    await sleep(10);
  }
  const log = await readFile(join(folder, "log"), "utf8").catch(() => "it wrote no log");
  await end(child);
  throw new Error(`starting nats-server: it took no clients in time\n${log.slice(-2000)}`);
}

async function readPorts(folder: string, pid: number): Promise<Ports | undefined> {
  const name = (await readdir(folder)).find((file) => file.endsWith(`_${pid}.ports`));
  if (name === undefined) return undefined;
  const text = await readFile(join(folder, name), "utf8");
  // Written in one go, but not atomically: half a file is read again.
  return text.endsWith("}") ? (JSON.parse(text) as Ports) : undefined;
}

async function send(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const gone = isGone(child) ? undefined : once(child, "exit");
  child.kill(signal);
  if (signal !== "SIGSTOP" && signal !== "SIGCONT" && signal !== "SIGHUP") await gone;
}

async function end(child: ChildProcess): Promise<void> {
  if (isGone(child)) return;
  const gone = once(child, "exit");
  child.kill("SIGCONT");
  child.kill("SIGTERM");
  const isLate = await Promise.race([gone.then(() => false), sleep(5000, true, { ref: false })]);
  if (isLate) child.kill("SIGKILL");
  await gone;
}

function isGone(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
