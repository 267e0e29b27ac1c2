/** Something to wait for that may be rung before anybody waits; one ring lets all who wait go on. */
export interface Bell {
  ring(): void;
  /** Resolves at the next ring, at once if it was rung since the last wait, and when the signal aborts. */
  wait(signal: AbortSignal): Promise<void>;
}

/** A bell that nobody has rung yet. */
export function bell(): Bell {
  const waiting = new Set<() => void>();
  let isRung = false;
  const ring = () => {
    isRung = waiting.size === 0;
    for (const go of waiting) go();
    waiting.clear();
  };
  const wait = async (signal: AbortSignal) => {
    if (!isRung && !signal.aborted) return nextRing(waiting, signal);
    isRung = false;
  };
  return { ring, wait };
}

function nextRing(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      signal.removeEventListener("abort", go);
      waiting.delete(go);
      resolve();
    };
    signal.addEventListener("abort", go, { once: true });
    waiting.add(go);
  });
}
