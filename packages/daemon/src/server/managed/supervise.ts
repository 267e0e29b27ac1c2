import { FleetError, toFleetError } from "@fleetbus/core";
import { launch } from "./launch/launch.ts";
import type { LaunchPlan, Launched } from "./launch/plan.ts";
import { endProcess } from "./system/process.ts";
import { restartDelayMs, type RestartPolicy } from "./restart.ts";
import type { ManagedServer, ServerStatus } from "./server.ts";

/** How a supervisor is set up: `life` is the controller behind `plan.signal`. */
export interface Supervision {
  readonly plan: LaunchPlan;
  readonly life: AbortController;
  readonly policy: RestartPolicy;
}

/** Keeps a launched server running until `stop` or `release`. */
export function supervise(launched: Launched, supervision: Supervision): ManagedServer {
  return new Supervisor(launched, supervision);
}

class Supervisor implements ManagedServer {
  private readonly plan: LaunchPlan;
  private readonly life: AbortController;
  private readonly policy: RestartPolicy;
  private readonly listeners = new Set<(status: ServerStatus) => void>();
  private readonly aborted: Promise<void>;
  private readonly watch: Promise<void>;
  private live: Launched | undefined;
  private current: ServerStatus;
  private stopping: Promise<void> | undefined;

  constructor(launched: Launched, { plan, life, policy }: Supervision) {
    this.plan = plan;
    this.life = life;
    this.policy = policy;
    this.aborted = new Promise((resolve) =>
      life.signal.addEventListener("abort", () => resolve(), { once: true }),
    );
    this.live = launched;
    this.current = runningStatus(launched, 0);
    this.watch = this.keepRunning();
  }

  status(): ServerStatus {
    return this.current;
  }

  onChange(listener: (status: ServerStatus) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  stop(): Promise<void> {
    this.stopping ??= this.end();
    return this.stopping;
  }

  async release(): Promise<void> {
    this.life.abort(new Error("supervision of the nats-server ends"));
    await this.watch;
  }

  private async end(): Promise<void> {
    await this.release();
    if (this.live !== undefined) {
      await endProcess(this.live.process.pid, this.plan.files, {
        clock: this.plan.clock,
        graceMs: this.plan.stopWithinMs,
      });
    }
    this.live = undefined;
    this.change({ ...this.current, state: "stopped" });
  }

  /** Never rejects: how it goes is in the status. */
  private async keepRunning(): Promise<void> {
    let crashes = 0;
    while (this.live !== undefined) {
      const since = this.plan.clock.monotonic();
      const reason = await Promise.race([this.live.process.exited, this.aborted]);
      if (reason === undefined) return;
      this.live = undefined;
      crashes = this.plan.clock.monotonic() - since >= this.policy.stableMs ? 0 : crashes + 1;
      this.live = await this.restart(
        new FleetError("unavailable", `running nats-server: it ended (${reason})`),
        crashes,
      );
    }
  }

  private async restart(cause: FleetError, before: number): Promise<Launched | undefined> {
    let error = cause;
    for (let crashes = before; !this.plan.signal.aborted; crashes++) {
      const delayMs = restartDelayMs(this.policy, crashes);
      if (delayMs === undefined) return this.giveUp(error, crashes);
      this.change({ ...this.current, state: "restarting", error });
      this.plan.log.warn({ reason: error.message, delayMs }, "restarting nats-server");
      try {
        await this.plan.clock.sleep(delayMs, this.plan.signal);
        const launched = await launch(this.plan);
        this.change(runningStatus(launched, this.current.restarts + 1));
        return launched;
      } catch (thrown) {
        error = toFleetError(thrown);
      }
    }
    return undefined;
  }

  private giveUp(cause: FleetError, crashes: number): undefined {
    const message = `keeping nats-server running: it died ${crashes} times in a row, given up; ${cause.message}; see ${this.plan.files.log}`;
    const error = new FleetError("failed", message, { cause });
    this.plan.log.error({ reason: cause.message, crashes }, "nats-server is in a crash loop, given up");
    this.change({ ...this.current, state: "failed", error });
    return undefined;
  }

  private change(status: ServerStatus): void {
    this.current = status;
    for (const listener of this.listeners) listener(status);
  }
}

function runningStatus(launched: Launched, restarts: number): ServerStatus {
  const { process, port, version, monitorUrl, isAdopted } = launched;
  const url = `nats://127.0.0.1:${port}`;
  return { state: "running", url, monitorUrl, pid: process.pid, version, isAdopted, restarts };
}
