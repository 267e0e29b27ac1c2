import type { Clock } from "@fleetbus/core";

/** The beats of short sleeps. */
const beatMs = 500;
/** Those of all others: how often a daemon with nothing to do gets up. */
const longBeatMs = 1000;

interface Beat {
  readonly sleepers: Set<() => void>;
  /** Ends the wait for it, once nobody waits any more. */
  readonly idle: AbortController;
}

/**
 * A clock for what looks after something now and then: a sleep ends with the nearest of its beats, the next one at the
 * earliest, so that all who sleep on it get up together. For an idle daemon each time it gets up costs more than what it
 * then does (DESIGN §12). Not for deadlines: a sleep of a second or more may be up to half a second too short or too long,
 * a shorter one a quarter.
 */
export function clockOfBeats(clock: Clock): Clock {
  const beats = new Map<number, Beat>();
  const beatAt = (number: number): Beat => {
    const known = beats.get(number);
    if (known !== undefined) return known;
    const beat = { sleepers: new Set<() => void>(), idle: new AbortController() };
    beats.set(number, beat);
    const wake = () => {
      beats.delete(number);
      for (const go of beat.sleepers) go();
    };
    clock.sleep(number * beatMs - clock.monotonic(), beat.idle.signal).then(wake, () => undefined); // nobody waits
    return beat;
  };
  const leave = (number: number, { sleepers, idle }: Beat, go: () => void) => {
    sleepers.delete(go);
    if (sleepers.size > 0) return;
    beats.delete(number);
    idle.abort();
  };
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason);
        const number = beatAfter(ms, clock.monotonic());
        const beat = beatAt(number);
        const stop = () => {
          leave(number, beat, go);
          reject(signal?.reason);
        };
        const go = () => {
          signal?.removeEventListener("abort", stop);
          resolve();
        };
        beat.sleepers.add(go);
        signal?.addEventListener("abort", stop, { once: true });
      }),
  };
}

function beatAfter(ms: number, nowMs: number): number {
  const next = Math.floor(nowMs / beatMs) + 1;
  const gridMs = ms < longBeatMs ? beatMs : longBeatMs;
  return Math.max(next, Math.round((nowMs + ms) / gridMs) * (gridMs / beatMs));
}
