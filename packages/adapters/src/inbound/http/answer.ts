import { errorTable, type FleetError, type SourceAnswer } from "@fleetbus/core";

/** What a sender is told. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** As JSON; nothing where absent. */
  readonly body?: object;
}

/** No word about what is wrong with a signature: it would help only who is guessing. */
export const unsigned: HttpAnswer = { status: 401 };

/** It is taken, or asked back. */
export function takenAnswer({ line, message, choices }: SourceAnswer): HttpAnswer {
  return { status: 202, body: { ...message, line, ...(choices === undefined ? {} : { choices }) } };
}

/** Why not, and whether the same is to be sent again. `status` where HTTP has one of its own for it. */
export function refusedAnswer(error: FleetError, status: number = errorTable[error.code].http): HttpAnswer {
  const { code, message, details, isRetryable } = error;
  const seconds = Math.max(1, Math.ceil(Number(details["retryAfterMs"] ?? 1000) / 1000));
  return {
    status,
    ...(isRetryable ? { headers: { "retry-after": String(seconds) } } : {}),
    body: details["isSilent"] === true ? { code } : { code, message },
  };
}
