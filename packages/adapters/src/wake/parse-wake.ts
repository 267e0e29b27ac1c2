import { FleetError, type FleetEvent } from "@fleetbus/core";
import type { z } from "zod";

/** The data of a `wake.<rung>` event by `schema`; throws `malformed`, which nobody retries. */
export function parseWake<Attempt>(event: FleetEvent, schema: z.ZodType<Attempt>): Attempt {
  const parsed = schema.safeParse(event.data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const text = `reading wake ${event.id}: ${issue?.path.join(".") ?? "data"}: ${issue?.message ?? "not a wake attempt"}`;
  throw new FleetError("malformed", text, { cause: parsed.error });
}
