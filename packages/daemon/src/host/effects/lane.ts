/** Runs work one after the other per key, in the order in which it was asked for. */
export type InLane = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/** Lanes that are empty now. */
export function laneByKey(): InLane {
  const tails = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const before = tails.get(key) ?? Promise.resolve();
    const next = before.then(work, work);
    const tail = next.catch(() => undefined); // told to whoever asked
    tails.set(key, tail);
    void tail.then(() => tails.get(key) === tail && tails.delete(key));
    return next;
  };
}
