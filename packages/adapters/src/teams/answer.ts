import { z } from "zod";
import { FleetError, httpFailure, sanitiseLine, type ErrorCode, type SendReceipt } from "@fleetbus/core";
import { jsonOf } from "../http/answer.ts";
import type { HttpReply } from "../http/call.ts";

const fault = z.object({ code: z.string() });
const answer = z.union([z.object({ error: fault }).transform(({ error }) => error), fault]);

/** Codes of Power Automate that say more than their status, which is 400 for nearly all. */
const codes: Readonly<Record<string, ErrorCode>> = {
  WorkflowTriggerIsNotEnabled: "not_found", // the flow is off, or deleted
  WorkflowNotFound: "not_found",
  RequestEntityTooLarge: "too_large",
  TooManyConcurrentRequests: "unavailable",
};

/** What a workflow's refusal means. */
export function codeOf({ body }: HttpReply): ErrorCode | undefined {
  const said = answer.safeParse(jsonOf(body));
  return said.success ? codes[said.data.code] : undefined;
}

/**
 * That a run of the workflow began, with its id; whether Teams takes what the run posts is decided later and told to
 * nobody. Throws for the old connectors' yes with a no of Teams in its words.
 */
export function receiptOf(doing: string, { status, body, headers }: HttpReply): SendReceipt {
  const inner = Number(/endpoint returned HTTP error (\d{3})/.exec(body)?.[1] ?? Number.NaN);
  if (Number.isFinite(inner)) throw httpFailure(doing, { status: inner, body, headers: new Headers() }, 0);
  if (answer.safeParse(jsonOf(body)).success)
    throw new FleetError("failed", `${doing}: HTTP ${status} with ${sanitiseLine(body).slice(0, 300)}`, {
      details: { status },
    });
  const run = headers.get("x-ms-workflow-run-id");
  return run === null ? {} : { providerId: run };
}
