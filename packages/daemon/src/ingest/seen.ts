const remembered = 20_000;

/** Ids that were taken in already: a hook whose answer was lost leaves the same call as a file. */
export interface SeenIds {
  /** False when the id was there before. */
  add(id: string): boolean;
  /** For a call that could not be taken in after all. */
  remove(id: string): void;
}

/** Remembers the newest twenty thousand. */
export function seenIds(): SeenIds {
  const ids = new Set<string>();
  return {
    add: (id) => {
      if (ids.has(id)) return false;
      ids.add(id);
      const [oldest] = ids;
      if (ids.size > remembered && oldest !== undefined) ids.delete(oldest);
      return true;
    },
    remove: (id) => void ids.delete(id),
  };
}
