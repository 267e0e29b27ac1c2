/** Named points at which an answer waits until the test lets it go on: no test needs to guess a time. */
export interface Gates {
  /** Resolves when `name` is open; at once if it is already. */
  wait(name: string): Promise<void>;
  /** Opens `name` for good. */
  open(name: string): void;
  /** Opens all, now and later. */
  openAll(): void;
}

/** Gates that are all closed. */
export function gates(): Gates {
  const waiting = new Map<string, (() => void)[]>();
  const opened = new Set<string>();
  let isAllOpen = false;
  const open = (name: string) => {
    opened.add(name);
    for (const go of waiting.get(name) ?? []) go();
    waiting.delete(name);
  };
  return {
    wait: (name) =>
      isAllOpen || opened.has(name)
        ? Promise.resolve()
        : new Promise((go) => waiting.set(name, [...(waiting.get(name) ?? []), go])),
    open,
    openAll() {
      isAllOpen = true;
      for (const name of waiting.keys()) open(name);
    },
  };
}
