/** Values from a callback for one reader, in order. */
export interface Channel<T> {
  push(value: T): void;
  /** No more will come; what is there is still read. */
  end(): void;
  /** The next value, or undefined at the end. */
  next(): Promise<T | undefined>;
  /** What nobody has read yet. */
  waiting(): readonly T[];
  /** Takes it out. */
  rest(): readonly T[];
}

/** An empty channel. */
export function channel<T extends object>(): Channel<T> {
  let values: T[] = [];
  let read = 0;
  let isEnded = false;
  let wake: (() => void) | undefined;
  const rest = () => {
    const left = values.slice(read);
    [values, read] = [[], 0];
    return left;
  };
  return {
    waiting: () => values.slice(read),
    rest,
    push: (value) => {
      values.push(value);
      wake?.();
    },
    end: () => {
      isEnded = true;
      wake?.();
    },
    next: async () => {
      while (read === values.length && !isEnded) {
        [values, read] = [[], 0];
        await new Promise<void>((resolve) => (wake = resolve));
      }
      const value = values[read];
      if (value !== undefined) read += 1;
      return value;
    },
  };
}
