import { publishSchema } from "@fleetbus/core/api";
import type { z } from "zod";

const firstLine = "POST /v1/messages ";
const trailer = "\nEND\n";

/** What a dropped file holds when it is no hook's: a message that was said while neither daemon nor server answered. */
export type DroppedMessage =
  | { readonly is: "message"; readonly request: z.output<typeof publishSchema> }
  | { readonly is: "torn" }
  | { readonly is: "malformed"; readonly reason: string };

/** Reads a file in the form of a request to `/v1/messages` with a closing line; undefined for any other. Never throws. */
export function parseDroppedMessage(content: Buffer): DroppedMessage | undefined {
  const text = content.toString("utf8");
  if (!text.startsWith(firstLine)) return undefined;
  const blank = text.indexOf("\n\n");
  if (blank < 0 || !text.endsWith(trailer)) return { is: "torn" };
  const parsed = publishSchema.safeParse(json(text.slice(blank + 2, -trailer.length)));
  if (parsed.success) return { is: "message", request: parsed.data };
  return { is: "malformed", reason: parsed.error.issues.map((issue) => issue.message).join("; ") };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the schema says what is wrong
  }
}
