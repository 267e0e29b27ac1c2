/**
 * Aborts after `ms` with a TimeoutError, as `AbortSignal.timeout` does, and stays reachable until then. On Node 20 a
 * timeout that only an `AbortSignal.any` knows of is collected as garbage: the deadline then never comes, not even for
 * one who listens to it (time-limit.test.ts shows it). Keeps no process alive.
 */
export function timeLimit(ms: number): AbortSignal {
  const limit = new AbortController();
  const over = () => limit.abort(new DOMException(`no end within ${ms} ms`, "TimeoutError"));
  setTimeout(over, ms).unref();
  return limit.signal;
}
