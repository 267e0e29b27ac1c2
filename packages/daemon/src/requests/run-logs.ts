import { createReadStream, watch } from "node:fs";
import { mkdir, readdir, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { FleetError, timeLimit, toFleetError } from "@fleetbus/core";
import type { Bus } from "@fleetbus/core/bus";
import { bell } from "../life/bell.ts";

const ending = ".log";
const lookEveryMs = 10_000;

/** Where full logs of runs are left, and where they go. */
export interface RunLogsDeps {
  readonly dir: string;
  readonly bus: Bus;
  onError(error: unknown, doing: string): void;
}

/** Takes full logs to the server as they come and whenever it is there, until the signal aborts; then they are gone here. */
export async function followRunLogs(deps: RunLogsDeps, signal: AbortSignal): Promise<void> {
  await mkdir(deps.dir, { recursive: true, mode: 0o700 });
  const arrival = bell();
  const off = deps.bus.onConnection(() => arrival.ring());
  const watcher = watch(deps.dir, { signal }, () => arrival.ring());
  watcher.on("error", (error) => deps.onError(error, `watching ${deps.dir}`));
  try {
    while (!signal.aborted) {
      if (deps.bus.isConnected())
        await takeAll(deps).catch((error: unknown) => deps.onError(error, `taking logs from ${deps.dir}`));
      await arrival.wait(AbortSignal.any([signal, timeLimit(lookEveryMs)]));
    }
  } finally {
    off();
  }
}

async function takeAll(deps: RunLogsDeps): Promise<void> {
  const objects = await deps.bus.objects("runs");
  for (const name of (await readdir(deps.dir)).filter((each) => each.endsWith(ending)).toSorted()) {
    const file = join(deps.dir, name);
    try {
      await objects.put(name.slice(0, -ending.length), createReadStream(file));
      await unlink(file);
    } catch (thrown) {
      const error = toFleetError(thrown);
      if (error.isRetryable) throw error;
      // It will never be taken: those behind it must not wait for it.
      deps.onError(error, `taking ${name}`);
      await rename(file, `${file}.refused`);
    }
  }
}

/** The bytes of a run's full log as it was left; rejects with `not_found`. */
export async function readRunLog(bus: Bus, run: string): Promise<AsyncIterable<Uint8Array>> {
  const log = await (await bus.objects("runs")).get(run);
  if (log !== undefined) return log;
  throw new FleetError(
    "not_found",
    `reading the log of run ${run}: there is none; only runs with --log full keep one, for 7 days`,
  );
}
