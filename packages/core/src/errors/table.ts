/**
 * Every error code of fleet: the process exit code (DESIGN §10), the HTTP status of the
 * daemon's API, and whether the one who called may try the same again.
 * Codes are stable; messages are free to improve.
 */
export const errorTable = {
  internal: { exit: 1, http: 500, isRetryable: false, meaning: "something fleet did not foresee" },
  failed: { exit: 1, http: 502, isRetryable: false, meaning: "the work was tried and did not succeed" },
  usage: { exit: 2, http: 400, isRetryable: false, meaning: "flags or arguments that cannot work" },
  config: { exit: 2, http: 400, isRetryable: false, meaning: "a config file with problems" },
  malformed: {
    exit: 2,
    http: 422,
    isRetryable: false,
    meaning: "an event, message or file not in its format",
  },
  too_large: { exit: 2, http: 413, isRetryable: false, meaning: "over a size limit" },
  not_found: { exit: 3, http: 404, isRetryable: false, meaning: "nothing matched" },
  target_unknown: { exit: 3, http: 404, isRetryable: false, meaning: "no mailbox of that name" },
  target_ambiguous: { exit: 3, http: 409, isRetryable: false, meaning: "several mailboxes match" },
  conflict: { exit: 4, http: 409, isRetryable: false, meaning: "it exists with other content" },
  pending: { exit: 5, http: 504, isRetryable: true, meaning: "not reached before the timeout" },
  refused: { exit: 6, http: 403, isRetryable: false, meaning: "a policy or guard said no" },
  unauthorized: { exit: 6, http: 401, isRetryable: false, meaning: "a missing or wrong credential" },
  unavailable: { exit: 7, http: 503, isRetryable: true, meaning: "the server or daemon is not reachable" },
  version: { exit: 8, http: 426, isRetryable: false, meaning: "a version too old or too new to work with" },
  storage: { exit: 9, http: 507, isRetryable: true, meaning: "a disk that is full, read-only or broken" },
} as const;

/** The stable name of a kind of failure. */
export type ErrorCode = keyof typeof errorTable;
