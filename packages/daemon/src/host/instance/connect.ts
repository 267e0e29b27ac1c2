import { FleetError, type Sink } from "@fleetbus/core";
import type { InstanceDeps } from "./parts.ts";

const backoffMs = [100, 500, 2000, 10_000, 30_000];

/** Opens an adapter and connects it, again and again with back-off until it is or the signal aborts. */
export async function connectSink(
  deps: Pick<InstanceDeps, "adapter" | "config" | "context">,
  onFailed: (error: unknown) => void,
  signal: AbortSignal,
): Promise<Sink> {
  const { adapter, config, context } = deps;
  const { sink } = adapter.open(config, context);
  if (sink === undefined) throw new FleetError("config", `opening adapter ${context.name}: it has no sink`);
  await untilDone(deps, { work: () => sink.connect(signal), onFailed }, signal);
  return sink;
}

/** Does something until it succeeds; rejects with the signal's reason. */
export async function untilDone(
  { context }: Pick<InstanceDeps, "context">,
  { work, onFailed }: { work(): Promise<void>; onFailed(error: unknown): void },
  signal: AbortSignal,
): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      onFailed(error);
      await context.clock.sleep(backoffMs[Math.min(tries, backoffMs.length - 1)] ?? 1000, signal);
    }
  }
}
