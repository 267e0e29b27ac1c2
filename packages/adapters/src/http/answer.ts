import { FleetError, sanitiseLine } from "@fleetbus/core";
import type { z } from "zod";
import type { HttpReply } from "./call.ts";

/**
 * The JSON of a 2xx answer as the service words its yes. Throws `failed` with the answer's own words for anything else: a
 * no with HTTP 200, or the page of a proxy that stands where the service should.
 */
export function requireAnswer<T>(doing: string, { status, body }: HttpReply, yes: z.ZodType<T>): T {
  const said = yes.safeParse(jsonOf(body));
  if (said.success) return said.data;
  const words = sanitiseLine(body).slice(0, 300);
  throw new FleetError(
    "failed",
    `${doing}: HTTP ${status} with an answer that is no yes, ${words || "empty"}`,
    {
      details: { status, answer: words },
    },
  );
}

/** What a body says; undefined where it is no JSON. */
export function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // the schema refuses it
  }
}
