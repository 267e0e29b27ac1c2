import type { FleetError } from "@fleetbus/core";

/** What is known of a managed server now. */
export interface ServerStatus {
  /** `failed`: a crash loop, given up until the next `startServer`. */
  readonly state: "running" | "restarting" | "failed" | "stopped";
  /** For clients, `nats://127.0.0.1:<port>`. Changes only where a stranger took the port while the server was away. */
  readonly url: string;
  /** The monitoring endpoint, `http://127.0.0.1:<port>`; another port after each start. */
  readonly monitorUrl: string;
  readonly pid: number;
  readonly version: string;
  /** Started by an earlier daemon. */
  readonly isAdopted: boolean;
  readonly restarts: number;
  /** Why it is `restarting` or `failed`. */
  readonly error?: FleetError;
}

/** A supervised nats-server. */
export interface ManagedServer {
  status(): ServerStatus;
  /** Calls back after each change; returns what ends it. Listeners must not throw. */
  onChange(listener: (status: ServerStatus) => void): () => void;
  /** Ends supervision and server, in seconds whatever its store holds. Idempotent; also while it is being restarted. */
  stop(): Promise<void>;
  /** Ends supervision and leaves the server running for the next daemon to adopt. */
  release(): Promise<void>;
}
