import type { SessionRecord } from "@fleetbus/core";

/** What a waiter is told: to wake its session with a text, to go away, or (by hanging up) to come again soon. */
export type WaiterAnswer =
  { readonly wakeWith: string } | { readonly dismissed: string } | { readonly later: string };

/**
 * The background hooks that hang on a request until their session is to be woken (`asyncRewake`, HOOKS.md §1.3).
 * One per session: each new one dismisses the one before, because every turn end starts another.
 */
export interface Waiters {
  /** Resolves when the session is to be woken or another waiter took over; the signal says the hook has gone. */
  wait(name: string, signal: AbortSignal): Promise<WaiterAnswer>;
  has(name: string): boolean;
  /** Lets the session's waiter go with `text`; false when there is none. */
  release(name: string, text: string): boolean;
  dismiss(record: Pick<SessionRecord, "name">, reason: string): void;
  /** The session bears another name from now on. */
  rename(from: string, to: string): void;
  /** Sends all of them to the next daemon: they come again. */
  sendOn(reason: string): void;
}

/** The waiters of one daemon; `onArrival` is called when a session got one. */
export function waiters(onArrival: (name: string) => void): Waiters {
  const waiting = new Map<string, (answer: WaiterAnswer) => void>();
  const answer = (name: string, how: WaiterAnswer): boolean => {
    const tell = waiting.get(name);
    waiting.delete(name);
    tell?.(how);
    return tell !== undefined;
  };
  return {
    wait: (name, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve({ dismissed: "the hook has gone" });
        answer(name, { dismissed: "another waiter took over" });
        const tell = resolve;
        waiting.set(name, tell);
        signal.addEventListener("abort", () => {
          for (const [known, each] of waiting) if (each === tell) waiting.delete(known);
          resolve({ dismissed: "the hook has gone" });
        });
        onArrival(name);
      }),
    has: (name) => waiting.has(name),
    release: (name, text) => answer(name, { wakeWith: text }),
    dismiss: ({ name }, reason) => void answer(name, { dismissed: reason }),
    rename: (from, to) => {
      const tell = waiting.get(from);
      if (tell === undefined) return;
      waiting.delete(from);
      waiting.set(to, tell);
    },
    sendOn: (reason) => {
      for (const name of waiting.keys()) answer(name, { later: reason });
    },
  };
}
