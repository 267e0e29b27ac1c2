/** Which toast tells of which state: the newest few, for the rest has long been read. */
export interface ShownToasts {
  /** The system's number of the last one of a key. */
  numberOf(key: string): number | undefined;
  add(key: string, number: number): void;
}

/** Remembers `max` of them. */
export function shownToasts(max = 200): ShownToasts {
  const numbers = new Map<string, number>();
  return {
    numberOf: (key) => numbers.get(key),
    add: (key, number) => {
      numbers.delete(key);
      numbers.set(key, number);
      const [oldest] = numbers.keys();
      if (numbers.size > max && oldest !== undefined) numbers.delete(oldest);
    },
  };
}
