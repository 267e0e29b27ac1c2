import { FleetError } from "../../errors/fleet-error.ts";

/** The connection of one memory bus to its store. */
export interface MemoryLink {
  readonly closed: AbortSignal;
  isConnected(): boolean;
  set(isConnected: boolean): void;
  onConnection(listener: (isConnected: boolean) => void): () => void;
  /** Throws `unavailable` while away. */
  guard(): void;
  /** Runs one exchange; rejects with `unavailable` while away. */
  call<T>(work: () => T): Promise<T>;
  close(): void;
}

/** A connection that is up. */
export function memoryLink(): MemoryLink {
  const listeners = new Set<(isConnected: boolean) => void>();
  const closing = new AbortController();
  let isUp = true;
  const set = (next: boolean) => {
    if (isUp === next || (next && closing.signal.aborted)) return;
    isUp = next;
    for (const listener of listeners) listener(next);
  };
  const guard = () => {
    if (!isUp) throw new FleetError("unavailable", "using the bus: the server is away");
  };
  return {
    guard,
    closed: closing.signal,
    isConnected: () => isUp,
    set,
    onConnection: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    call: async (work) => {
      guard();
      return work();
    },
    close: () => {
      closing.abort();
      set(false);
    },
  };
}
