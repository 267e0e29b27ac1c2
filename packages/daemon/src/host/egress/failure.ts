import { FleetError, messageOf } from "@fleetbus/core";
import type { Deadline } from "./deadline.ts";
import { maskedUrl } from "./masked-url.ts";

/** What one call was bound to. */
export interface Bounds {
  readonly url: URL;
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly limit: Deadline;
  readonly caller: AbortSignal | undefined;
  /** `timeoutMs` is for each wait, not for all. */
  readonly isStream?: boolean;
}

/**
 * What is to be thrown for anything that went wrong with a call: the caller's own reason, the guard's refusal, the time
 * limit, or what the network said; the latter two are worth another try.
 */
export function failureOf(thrown: unknown, { url, caller, limit, timeoutMs }: Bounds): unknown {
  const doing = `calling ${maskedUrl(url)}`;
  if (caller?.aborted === true) return caller.reason;
  if (limit.signal.aborted)
    return new FleetError("unavailable", `${doing}: no answer within ${timeoutMs} ms`);
  const root = rootOf(thrown);
  if (!(root instanceof FleetError))
    return new FleetError("unavailable", `${doing}: ${wordsOf(root)}`, { cause: root });
  if (root === thrown) return root;
  return new FleetError(root.code, `${doing}: ${root.message}`, { details: root.details });
}

/** `fetch failed` says nothing: the reason is its cause's cause. */
function rootOf(thrown: unknown): unknown {
  if (thrown instanceof FleetError || !(thrown instanceof Error)) return thrown;
  return thrown.cause === undefined ? thrown : rootOf(thrown.cause);
}

/** Several addresses that all failed are an AggregateError without a message. */
function wordsOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join("; ");
  return messageOf(error);
}
