/** Something to wait for that may be rung before anybody waits; one ring lets all who wait go on. */
export interface Bell {
  ring(): void;
  /** Resolves at the next ring, at once if it was rung since the last wait, and when the signal aborts. */
  wait(signal: AbortSignal): Promise<void>;
}

/** A bell that nobody has rung yet. */
export function bell(): Bell {
  let isRung = false;
  let release: (() => void) | undefined;
  const ring = () => {
    isRung = true;
    release?.();
  };
  const wait = async (signal: AbortSignal) => {
    if (!isRung && !signal.aborted) await nextRing(signal, (resolve) => (release = resolve));
    release = undefined;
    isRung = false;
  };
  return { ring, wait };
}

function nextRing(signal: AbortSignal, onRelease: (release: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      signal.removeEventListener("abort", go);
      resolve();
    };
    signal.addEventListener("abort", go, { once: true });
    onRelease(go);
  });
}
