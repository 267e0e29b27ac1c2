import type { Clock } from "@fleetbus/core";

/** A signal that aborts at a moment of the wall clock, or with its parent; `close` frees the timer. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** True when the moment has come, false when the parent aborted. */
  isOver(): boolean;
  close(): void;
}

/** A deadline at `time` (RFC 3339). A time that is none counts as over. */
export function deadlineAt(time: string, clock: Clock, parent: AbortSignal): Deadline {
  const over = new AbortController();
  const closed = new AbortController();
  const left = Date.parse(time) - clock.now();
  const stop = () => over.abort(new Error("the deadline is over"));
  if (left > 0)
    clock.sleep(left, AbortSignal.any([closed.signal, parent])).then(stop, () => undefined); // closed in time
  else stop();
  return {
    signal: AbortSignal.any([parent, over.signal]),
    isOver: () => over.signal.aborted && !parent.aborted,
    close: () => closed.abort(),
  };
}
