import {
  FleetError,
  timeLimit,
  toFleetError,
  type FleetEvent,
  type Notice,
  type SendReceipt,
  type Sink,
} from "@fleetbus/core";

/** One notice on its way. */
export interface Attempt {
  readonly sink: Sink;
  readonly event: FleetEvent;
  readonly notice: Notice;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/**
 * Sends one notice. Ends with the signal or the time limit, also where the sink does not listen to them: it then rejects
 * with the signal's reason, or with `unavailable`. Everything else rejects as the sink does.
 */
export async function attempt({ sink, event, notice, signal, timeoutMs }: Attempt): Promise<SendReceipt> {
  const limit = timeLimit(timeoutMs);
  const either = AbortSignal.any([signal, limit]);
  const ended = new AbortController();
  const over = new Promise<never>((_, reject) => {
    either.addEventListener("abort", () => reject(either.reason), { once: true, signal: ended.signal });
    if (either.aborted) reject(either.reason);
  });
  try {
    return await Promise.race([sink.send(event, either, notice), over]);
  } catch (error) {
    signal.throwIfAborted();
    if (limit.aborted)
      throw new FleetError("unavailable", `sending event ${event.id}: no end within ${timeoutMs / 1000} s`);
    throw judged(error);
  } finally {
    ended.abort();
  }
}

/** What a sink rejected with: an adapter of somebody's own may let through what its fetch or socket threw: that is worth another try. */
export function judged(error: unknown): FleetError {
  const known = toFleetError(error);
  if (known.code !== "internal" || networkCode(error) === undefined) return known;
  return new FleetError("unavailable", `${known.message}: ${networkCode(error)}`, { cause: error });
}

function networkCode(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string" && /^(E[A-Z]+|UND_ERR_\w+)$/.test(at.code))
      return at.code;
  }
  return undefined;
}
