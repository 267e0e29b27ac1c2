/**
 * What `work` settles with, unless the signal aborts first: then it rejects with the signal's reason, and what becomes of
 * the work is nobody's any more. For what listens to no signal itself.
 */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
