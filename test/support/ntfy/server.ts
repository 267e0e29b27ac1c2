import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { z } from "zod";

const run = promisify(execFile);

/** A real ntfy server of its own process, on loopback, that takes nothing from strangers. */
export interface NtfyServer {
  readonly url: string;
  /** `127.0.0.1:port`, for allow_private. */
  readonly host: string;
  /** The user `lab` may use `agents` and `answers`, to which everybody may write; this token is its. */
  readonly token: string;
  readonly password: string;
  stop(): Promise<void>;
}

/** How to start one. */
export interface NtfyOptions {
  readonly binary: string;
  /** Requests that one visitor may send at once; a thousand. */
  readonly burst?: number;
  /** Whether it keeps files. */
  readonly hasFiles?: boolean;
}

const password = "a-lab-password";
const deadlineMs = 40_000;

/** Starts one with a cache, accounts and (unless told otherwise) a place for files, and waits until it is healthy. */
export async function startNtfy(options: NtfyOptions): Promise<NtfyServer> {
  const folder = await mkdtemp(join(tmpdir(), "fleet-ntfy-"));
  const host = `127.0.0.1:${await freePort()}`;
  const config = join(folder, "server.yml");
  await writeFile(config, configOf(folder, host, options));
  const child = spawn(options.binary, ["serve", "-c", config], { stdio: ["ignore", "ignore", "pipe"] });
  const dieWithUs = () => void child.kill("SIGKILL");
  process.once("exit", dieWithUs);
  const stop = async () => {
    process.removeListener("exit", dieWithUs);
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await healthy(`http://${host}`, child);
    return { url: `http://${host}`, host, password, token: await account(options.binary, config), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function configOf(folder: string, host: string, { burst = 1000, hasFiles = true }: NtfyOptions): string {
  return [
    `base-url: "http://${host}"`,
    `listen-http: "${host}"`,
    `cache-file: "${folder}/cache.db"`,
    `auth-file: "${folder}/auth.db"`,
    'auth-default-access: "deny-all"',
    `visitor-request-limit-burst: ${burst}`,
    ...(hasFiles ? [`attachment-cache-dir: "${folder}/files"`] : []),
    "",
  ].join("\n");
}

async function account(binary: string, config: string): Promise<string> {
  const env = { ...process.env, NTFY_PASSWORD: password };
  await run(binary, ["user", "-c", config, "add", "lab"], { env });
  await run(binary, ["access", "-c", config, "lab", "agents", "rw"]);
  await run(binary, ["access", "-c", config, "lab", "answers", "rw"]);
  await run(binary, ["access", "-c", config, "everyone", "answers", "wo"]);
  const { stdout, stderr } = await run(binary, ["token", "-c", config, "add", "lab"]);
  const [token] = /tk_\w+/.exec(stdout + stderr) ?? [];
  if (token === undefined) throw new Error(`ntfy made no token: ${stdout}${stderr}`);
  return token;
}

async function healthy(url: string, child: ChildProcess): Promise<void> {
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const end = Date.now() + deadlineMs;
  while (Date.now() < end && child.exitCode === null) {
    const answer = await fetch(`${url}/v1/health`).catch(() => undefined); // not there yet
    if (answer?.ok === true) return;
    await sleep(50);
  }
  throw new Error(`ntfy does not serve ${url}: ${said.slice(-2000)}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
  await gone;
  clearTimeout(timer);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = z.object({ port: z.int() }).parse(server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}
