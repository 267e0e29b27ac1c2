/** An end that can be put off. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** From now on there are `ms` more. */
  restart(ms: number): void;
  /** No end any more, until a restart. */
  stop(): void;
}

/** Aborts after `ms`; keeps no process alive. Its timer holds the signal (core: timeLimit says why that matters). */
export function deadline(ms: number): Deadline {
  const controller = new AbortController();
  const over = () => controller.abort(new DOMException("the time is over", "TimeoutError"));
  const start = (afterMs: number) => setTimeout(over, afterMs).unref();
  let timer = start(ms);
  const stop = () => clearTimeout(timer);
  return {
    signal: controller.signal,
    stop,
    restart: (afterMs) => {
      stop();
      timer = start(afterMs);
    },
  };
}
