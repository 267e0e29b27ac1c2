/** Programs that wait for what becomes of their toasts. */
export interface Waits {
  /** Begins one for a key; `wait` ends soon when its signal aborts, and never rejects. The oldest of too many is given up. */
  begin(key: string, wait: (signal: AbortSignal) => Promise<void>): void;
  /** Ends that of a key, where there is one. */
  end(key: string): Promise<void>;
  endAll(): Promise<void>;
}

interface Wait {
  readonly done: Promise<void>;
  abort(): void;
}

/** At most `max` at a time: each is a process, and older toasts are seldom looked at. */
export function waitsOf(max = 8): Waits {
  const waits = new Map<string, Wait>();
  const end = async (key: string) => {
    const wait = waits.get(key);
    waits.delete(key);
    wait?.abort();
    await wait?.done;
  };
  return {
    begin: (key, wait) => {
      const over = new AbortController();
      const own: Wait = {
        done: wait(over.signal).finally(() => {
          if (waits.get(key) === own) waits.delete(key);
        }),
        abort: () => over.abort(new Error("its toast is not waited for any more")),
      };
      waits.set(key, own);
      const [oldest] = waits.keys();
      if (waits.size > max && oldest !== undefined) void end(oldest);
    },
    end,
    endAll: async () => void (await Promise.all([...waits.keys()].map(end))),
  };
}
