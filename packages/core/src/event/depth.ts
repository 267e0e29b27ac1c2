/**
 * How many levels of objects and arrays fleet takes of a JSON value from outside. JSON.parse goes down any number of
 * them; what goes through a value by recursion (JSON.stringify, a schema) runs out of stack after some thousands.
 */
export const maxJsonLevels = 256;

/** Whether a JSON value has more levels than `maxJsonLevels`. Takes no stack, however deep it is. */
export function isTooDeep(value: unknown): boolean {
  return inLevel(value, maxJsonLevels + 1).length > 0;
}

/**
 * Puts null in the place of all that lies below `maxJsonLevels`, in the value itself, and gives it: for one that was just
 * parsed and that nobody else holds, where a cut value is worth more than none.
 */
export function cutDeep(value: unknown): unknown {
  for (const each of inLevel(value, maxJsonLevels))
    for (const [key, inside] of Object.entries(each))
      // Defined, not set: a key may be __proto__.
      if (isNest(inside)) Object.defineProperty(each, key, { value: null });
  return value;
}

/** The objects and arrays of one level; the value itself is the first. */
function inLevel(value: unknown, wanted: number): readonly object[] {
  let level = [value].filter(isNest);
  for (let at = 1; at < wanted && level.length > 0; at += 1)
    level = level.flatMap((each) => Object.values(each).filter(isNest));
  return level;
}

function isNest(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
