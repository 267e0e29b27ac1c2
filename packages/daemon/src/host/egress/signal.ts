/** A signal as libraries bring it along: some have a class of their own for it (grammY's is a polyfill). */
interface ForeignSignal {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: "abort", listener: () => void): void;
}

/** The platform's own signal that follows the given one. */
export function signalOf(signal: ForeignSignal | AbortSignal | null | undefined): AbortSignal | undefined {
  if (signal === null || signal === undefined) return undefined;
  if (signal instanceof AbortSignal) return signal;
  const following = new AbortController();
  const abort = () => following.abort(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort);
  return following.signal;
}
