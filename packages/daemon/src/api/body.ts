import type { Context } from "hono";
import type { z } from "zod";
import { FleetError, isTooDeep, maxJsonLevels } from "@fleetbus/core";

/** A request's JSON; throws `usage` for what is nested too deep, and with every problem for what its schema does not take. */
export async function body<T>(context: Context, schema: z.ZodType<T>): Promise<T> {
  const json: unknown = await context.req.json().catch(() => undefined);
  if (isTooDeep(json))
    throw new FleetError("usage", `reading the request: it is nested deeper than ${maxJsonLevels} levels`);
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`);
  throw new FleetError("usage", `reading the request: ${problems.join("; ")}`, { details: { problems } });
}
