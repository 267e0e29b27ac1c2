// What a benchmark waits for now: told when its time is up.

/** @type {Set<string>} */
const waiting = new Set();

/**
 * Waits for the work under a name.
 * @template T
 * @param {string} what
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
export async function pending(what, work) {
  waiting.add(what);
  try {
    return await work;
  } finally {
    waiting.delete(what);
  }
}

/** One line of what is waited for. */
export function pendingNow() {
  const held = [...new Set(process.getActiveResourcesInfo())].join(", ");
  return `waiting for ${[...waiting].join(", ") || "nothing that it named"}; open: ${held || "nothing"}`;
}
