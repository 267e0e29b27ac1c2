import { z } from "zod";
import { FleetError, messageOf, sanitiseLine, toFleetError, type ErrorCode } from "@fleetbus/core";

/** For messages. */
export const doing = "sending mail";

const maxShown = 300;
const thrownSchema = z.object({
  code: z.string().optional().catch(undefined),
  response: z.string().optional().catch(undefined),
  responseCode: z.int().optional().catch(undefined),
});
type Thrown = z.output<typeof thrownSchema>;

/**
 * What a failed mail means to the host (RFC 5321, 4.2.1): 4xx, a lost or refused connection and broken TLS are worth
 * another try; a 5xx is not. `details` holds `status` and the server's own words as `answer`.
 */
export function mailFailure(error: unknown): FleetError {
  if (error instanceof Error && error.name === "FleetError") return toFleetError(error);
  const parsed = thrownSchema.safeParse(error);
  const thrown: Thrown = parsed.success ? parsed.data : {};
  const answer = sanitiseLine(thrown.response ?? "").slice(0, maxShown);
  const words = sanitiseLine(messageOf(error)).slice(0, maxShown);
  return new FleetError(codeOf(thrown, error), `${doing}: ${words}`, {
    cause: error,
    details: thrown.responseCode === undefined ? {} : { status: thrown.responseCode, answer },
  });
}

function codeOf({ code, response = "", responseCode = 0 }: Thrown, error: unknown): ErrorCode {
  if ((responseCode >= 400 && responseCode < 500) || code === "ETLS") return "unavailable";
  if (code === "EAUTH" || [530, 534, 535, 538].includes(responseCode)) return "unauthorized";
  // 552 is a full mailbox too (RFC 3463: X.2.2)
  if ([523, 552].includes(responseCode) && !/^\d{3}[ -]5\.2\.2\b/.test(response)) return "too_large";
  if (responseCode >= 500) return "failed";
  if (code === "EMESSAGE" && /size/i.test(messageOf(error))) return "too_large";
  if (code === "EENVELOPE" || code === "EMESSAGE") return "failed";
  return "unavailable";
}
