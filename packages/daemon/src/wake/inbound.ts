import { readFileSync } from "node:fs";
import { join } from "node:path";
import { claudeConfigDir } from "@fleetbus/hooks";
import { z } from "zod";
import type { CrossSession } from "./ladder/rungs.ts";

const schema = z.looseObject({ crossSessionInbound: z.enum(["accept", "hold", "refuse"]).optional() });

/**
 * What the user's Claude settings say of messages from peers. Read at each wake, so that a change counts at once; a file
 * that cannot be read says "hold": the socket is then left alone.
 */
export function inboundOf(env: Readonly<Record<string, string | undefined>>): CrossSession {
  try {
    const text = readFileSync(join(claudeConfigDir(env), "settings.json"), "utf8");
    return schema.parse(JSON.parse(text)).crossSessionInbound;
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    return isMissing ? undefined : "hold";
  }
}
