import type { AdapterLog, Clock } from "@fleetbus/core";
import type { Trust } from "../../credentials/accounts.ts";
import type { ServerFiles, StoreLimits } from "./config.ts";
import type { ServerProcess } from "../system/process.ts";

/** All that the launch of a managed server depends on. */
export interface LaunchPlan {
  readonly binary: string;
  readonly files: ServerFiles;
  readonly trust: Trust;
  readonly limits: StoreLimits;
  /** Wanted; another one is taken where a stranger listens there. */
  readonly port: number | undefined;
  /** Recovering a large store takes seconds. */
  readonly readyWithinMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly stopWithinMs: number;
  readonly clock: Clock;
  readonly log: AdapterLog;
  /** Ends the launch and the watch over an adopted server, not a server that runs. */
  readonly signal: AbortSignal;
}

/** A server that answers. */
export interface Launched {
  readonly process: ServerProcess;
  readonly port: number;
  readonly version: string;
  /** The monitoring endpoint, loopback. */
  readonly monitorUrl: string;
  readonly isAdopted: boolean;
}
