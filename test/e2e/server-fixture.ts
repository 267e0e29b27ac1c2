import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock, type AdapterLog } from "@fleetbus/core";
import { openCredentials, startServer, type ManagedServer, type StartDeps } from "@fleetbus/daemon/server";
import {
  connect,
  credsAuthenticator,
  type ConnectionOptions,
  type NatsConnection,
} from "@nats-io/transport-node";

/** The server that global-setup.ts provisioned. */
export const binary = process.env["FLEET_NATS_SERVER"] ?? "nats-server";

/** Collects what a test opens, and closes it in the opposite order. */
export interface Cleanup {
  add(close: () => Promise<unknown>): void;
  run(): Promise<void>;
}

export function cleanup(): Cleanup {
  const open: (() => Promise<unknown>)[] = [];
  return {
    add: (close) => open.push(close),
    run: async () => {
      for (let close = open.pop(); close !== undefined; close = open.pop()) await close();
    },
  };
}

/** A temporary folder for a managed server. */
export async function serverFolder(owner: Cleanup): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "fleet-server-e2e-"));
  owner.add(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts a managed server that ends with the test. */
export async function start(
  folder: string,
  owner: Cleanup,
  more: Partial<StartDeps> = {},
): Promise<ManagedServer> {
  const server = await startServer({
    paths: { serverDir: folder },
    binary,
    log: silent,
    clock: systemClock,
    ...more,
  });
  owner.add(() => server.stop());
  return server;
}

/** A connection as the daemon has it. */
export async function connectAsHub(
  server: ManagedServer,
  folder: string,
  owner: Cleanup,
): Promise<NatsConnection> {
  const credentials = await openCredentials({ paths: { serverDir: folder }, clock: systemClock });
  return connectWith(server, owner, { authenticator: authenticate(credentials.hubCredentials()) });
}

export async function connectWith(
  server: ManagedServer,
  owner: Cleanup,
  options: ConnectionOptions,
): Promise<NatsConnection> {
  const connection = await connect({
    servers: server.status().url,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 50,
    ...options,
  });
  owner.add(() => connection.close());
  return connection;
}

export function authenticate(creds: string) {
  return credsAuthenticator(new TextEncoder().encode(creds));
}

/** Resolves when `isTrue` says so; looks every 20 ms and gives up after `withinMs`. */
export async function until(isTrue: () => boolean | Promise<boolean>, withinMs = 15_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`not true within ${withinMs} ms: ${isTrue.toString()}`);
    await systemClock.sleep(20);
  }
}

export const silent: AdapterLog = { debug() {}, info() {}, warn() {}, error() {} };
