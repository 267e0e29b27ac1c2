/** A promise with the way to settle it; what is said first stands. */
export interface Settlement<T> {
  readonly settled: Promise<T>;
  settle(value: T): void;
}

/** A promise that somebody else resolves. */
export function settlement<T>(): Settlement<T> {
  let settle: (value: T) => void = () => undefined;
  const settled = new Promise<T>((resolve) => (settle = resolve));
  return { settled, settle: (value) => settle(value) };
}
