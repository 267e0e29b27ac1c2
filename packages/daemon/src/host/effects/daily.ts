import { FleetError, type Day } from "@fleetbus/core";
import type { Bucket } from "@fleetbus/core/bus";
import { jsonOf } from "./effect.ts";
import { laneByKey } from "./lane.ts";

const keptMs = 3 * 24 * 60 * 60 * 1000;
const attempts = 20;

/** How many sends an instance had on a day, over all machines and restarts: `<consumer>.day.<date>` in `effects`. Where there is no cap nothing is counted. */
export interface DailyCount {
  /** Counts one more where the cap allows it. */
  take(): Promise<{ readonly isFree: true } | { readonly isFree: false; readonly untilMs: number }>;
  /** Gives one back that was not sent after all. */
  giveBack(): Promise<void>;
}

/** The count of one instance. */
export function dailyCount(deps: {
  readonly consumer: string;
  cap(): Promise<number | undefined>;
  today(): Day;
  bucket(): Promise<Bucket>;
}): DailyCount {
  const inLane = laneByKey();
  const add = async (day: string, by: number): Promise<boolean> => {
    const cap = await deps.cap();
    if (cap === undefined) return true;
    const bucket = await deps.bucket();
    const key = `${deps.consumer}.day.${day}`;
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const entry = await bucket.get(key);
      const count = entry === undefined ? 0 : Number(jsonOf(entry.value)) || 0;
      if (by > 0 && count + by > cap) return false;
      const value = new TextEncoder().encode(String(Math.max(0, count + by)));
      try {
        await bucket.put(key, value, { revision: entry?.revision ?? 0, ttlMs: keptMs });
        return true;
      } catch (error) {
        if (!(error instanceof FleetError) || error.code !== "conflict") throw error;
      }
    }
    throw new FleetError("unavailable", `counting ${key}: others count all the time`);
  };
  return {
    take: () =>
      inLane("day", async () => {
        const { day, nextMs } = deps.today();
        return (await add(day, 1)) ? { isFree: true } : { isFree: false, untilMs: nextMs };
      }),
    giveBack: () => inLane("day", async () => void (await add(deps.today().day, -1))),
  };
}
