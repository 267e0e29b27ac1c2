import { FleetError } from "../errors/fleet-error.ts";
import type { ErrorCode } from "../errors/table.ts";
import { sanitiseLine } from "../message/sanitise.ts";

/** A far side's answer that was no success. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Pick<Headers, "get">;
  readonly body: string;
  /** A time to wait that its body names, in ms: before that of the header. */
  readonly saidMs?: number | undefined;
}

const retryable = new Set([408, 425, 429]);
const codes: Readonly<Record<number, ErrorCode>> = {
  401: "unauthorized",
  403: "refused",
  404: "not_found",
  410: "not_found",
  413: "too_large",
};
const maxShown = 300;

/**
 * What an HTTP answer means to the host: 408, 425, 429 and 5xx are worth another try, nothing else is (ECOSYSTEM.md,
 * channel limits). `details` holds `status`, the far side's own words as `answer`, `retryAfterMs` where it named a
 * time, and `isGone` for 410: nothing is to be sent there any more.
 */
export function httpFailure(doing: string, answer: HttpAnswer, nowMs: number): FleetError {
  const { status } = answer;
  const code = retryable.has(status) || status >= 500 ? "unavailable" : (codes[status] ?? "failed");
  const words = sanitiseLine(answer.body).slice(0, maxShown);
  const retryAfterMs = answer.saidMs ?? retryAfter(answer.headers.get("retry-after"), nowMs);
  return new FleetError(code, `${doing}: HTTP ${status}${words === "" ? "" : `, ${words}`}`, {
    details: {
      status,
      answer: words,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(status === 410 ? { isGone: true } : {}),
    },
  });
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function retryAfter(value: string | null, nowMs: number): number | undefined {
  if (value === null || value.trim() === "") return undefined;
  const seconds = Number(value);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - nowMs;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
