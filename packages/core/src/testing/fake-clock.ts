import type { Clock } from "../clock.ts";

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Moves both clocks on, waking each sleeper at its own time, with a turn of the event loop after each. */
  advance(ms: number): Promise<void>;
  /** Makes only the wall clock jump, also backwards. Nobody wakes. */
  jump(ms: number): void;
  /** How many sleep now. */
  sleepers(): number;
}

interface Sleeper {
  readonly due: number;
  wake(): void;
}

/** A fake clock whose wall clock starts at `startMs` (2026-01-01 UTC) and whose monotonic clock starts at 0. */
export function fakeClock(startMs = Date.UTC(2026, 0, 1)): FakeClock {
  const sleepers = new Set<Sleeper>();
  let elapsed = 0;
  let offset = startMs;
  return {
    now: () => offset + elapsed,
    monotonic: () => elapsed,
    sleep: (ms, signal) => sleepOn(sleepers, elapsed + ms, signal),
    sleepers: () => sleepers.size,
    jump: (ms) => {
      offset += ms;
    },
    advance: async (ms) => {
      const end = elapsed + ms;
      await turn();
      for (let next = earliest(sleepers, end); next !== undefined; next = earliest(sleepers, end)) {
        elapsed = Math.max(elapsed, next.due);
        next.wake();
        await turn();
      }
      elapsed = end;
      await turn();
    },
  };
}

function sleepOn(sleepers: Set<Sleeper>, due: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    const stop = () => {
      sleepers.delete(sleeper);
      reject(signal?.reason);
    };
    const sleeper = {
      due,
      wake: () => {
        sleepers.delete(sleeper);
        signal?.removeEventListener("abort", stop);
        resolve();
      },
    };
    sleepers.add(sleeper);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

function earliest(sleepers: ReadonlySet<Sleeper>, end: number): Sleeper | undefined {
  const due = [...sleepers].filter((sleeper) => sleeper.due <= end);
  return due.sort((a, b) => a.due - b.due)[0];
}

/** Lets what was woken run, and what it starts. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
