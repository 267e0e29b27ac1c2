import { isTooDeep, maxJsonLevels } from "@fleetbus/core";
import { publishSchema, runEventRequestSchema, type RunEventRequest } from "@fleetbus/core/api";
import type { z } from "zod";

const trailer = "\nEND\n";

/** What a dropped file holds when it is no hook's: what was said, or told of a run, while nobody answered. */
export type DroppedRequest =
  | { readonly is: "message"; readonly request: z.output<typeof publishSchema> }
  | { readonly is: "run"; readonly request: RunEventRequest }
  | { readonly is: "torn" }
  | { readonly is: "malformed"; readonly reason: string };

/** Reads a file in the form of a request to one of the CLI's routes with a closing line; undefined for any other. Never throws. */
export function parseDroppedRequest(content: Buffer): DroppedRequest | undefined {
  const text = content.toString("utf8");
  const route = /^POST (\/v1\/(?:messages|runs)) /.exec(text)?.[1];
  if (route === undefined) return undefined;
  const blank = text.indexOf("\n\n");
  if (blank < 0 || !text.endsWith(trailer)) return { is: "torn" };
  const body = json(text.slice(blank + 2, -trailer.length));
  if (isTooDeep(body)) return { is: "malformed", reason: `it is nested deeper than ${maxJsonLevels} levels` };
  return route === "/v1/runs" ? runIn(body) : messageIn(body);
}

function messageIn(body: unknown): DroppedRequest {
  const parsed = publishSchema.safeParse(body);
  return parsed.success ? { is: "message", request: parsed.data } : malformed(parsed.error);
}

function runIn(body: unknown): DroppedRequest {
  const parsed = runEventRequestSchema.safeParse(body);
  return parsed.success ? { is: "run", request: parsed.data } : malformed(parsed.error);
}

function malformed({ issues }: z.ZodError): DroppedRequest {
  return { is: "malformed", reason: issues.map((issue) => issue.message).join("; ") };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the schema says what is wrong
  }
}
