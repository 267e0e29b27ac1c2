import { FleetError, type Clock, timeLimit, unlessAborted } from "@fleetbus/core";
import { connectControl, type ControlClient, type TmuxServer } from "./connection.ts";

/** The right to use a connection until `release`, which may be called once. */
export interface ControlLease {
  readonly client: ControlClient;
  release(): void;
}

/** Connections to tmux servers: one for each socket, shared, opened when first needed, closed when long unused. */
export interface ControlPool {
  /** Rejects with `unavailable` when there is no such server; a connection that ended is replaced by the next lease. */
  lease(socket: string, signal: AbortSignal): Promise<ControlLease>;
  /** Ends all connections, leased ones too; later leases are refused. */
  close(): Promise<void>;
}

/** How a pool connects. */
export interface PoolOptions {
  readonly command: string;
  readonly clock: Clock;
  /** How long an unused connection stays: an attached client shows in `session_attached`. */
  readonly idleMs: number;
}

const connectTimeoutMs = 5000;

interface Shared {
  readonly opening: Promise<ControlClient>;
  /** Makes the next lease open a new one. */
  forget(): void;
  users: number;
  /** Aborts the wait for the end of idleness. */
  idle: AbortController | undefined;
}

/** An empty pool. */
export function controlPool(options: PoolOptions): ControlPool {
  const all = new Map<string, Shared>();
  const closing = new AbortController();
  return {
    lease: async (socket, signal) => {
      if (closing.signal.aborted)
        throw new FleetError("unavailable", `connecting to tmux at ${socket}: the adapter is closed`);
      const shared = all.get(socket) ?? open(socket, { all, closing: closing.signal, options });
      shared.users += 1;
      shared.idle?.abort();
      const release = once(() => leave(shared, options));
      try {
        return { client: await unlessAborted(shared.opening, signal), release };
      } catch (error) {
        release();
        throw error;
      }
    },
    close: async () => {
      closing.abort(new FleetError("unavailable", "connecting to tmux: the adapter is closed"));
      await Promise.all([...all.values()].map((shared) => shut(shared)));
    },
  };
}

interface PoolState {
  readonly all: Map<string, Shared>;
  readonly closing: AbortSignal;
  readonly options: PoolOptions;
}

function open(socket: string, { all, closing, options }: PoolState): Shared {
  const opening = connectWithin({ socket, command: options.command }, closing);
  const forget = () => {
    if (all.get(socket) === shared) all.delete(socket);
  };
  const shared: Shared = { opening, forget, users: 0, idle: undefined };
  all.set(socket, shared);
  void opening.then((client) => client.ended).then(forget, forget);
  return shared;
}

async function connectWithin(server: TmuxServer, closing: AbortSignal): Promise<ControlClient> {
  const tooLate = timeLimit(connectTimeoutMs);
  try {
    return await connectControl(server, AbortSignal.any([closing, tooLate]));
  } catch (error) {
    if (!tooLate.aborted) throw error;
    throw new FleetError(
      "unavailable",
      `connecting to tmux at ${server.socket}: no answer in ${connectTimeoutMs} ms`,
      { cause: error },
    );
  }
}

function leave(shared: Shared, options: PoolOptions): void {
  shared.users -= 1;
  if (shared.users > 0) return;
  const idle = new AbortController();
  shared.idle = idle;
  void options.clock.sleep(options.idleMs, idle.signal).then(
    () => shut(shared),
    () => undefined, // used again, or over
  );
}

async function shut(shared: Shared): Promise<void> {
  shared.forget();
  shared.idle?.abort();
  const client = await shared.opening.catch(() => undefined); // never opened: nothing to close
  await client?.close();
}

function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) action();
    isDone = true;
  };
}
