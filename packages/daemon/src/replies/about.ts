import { isReserved, type FleetEvent } from "@fleetbus/core";
import { z } from "zod";

/** As it is stored. */
export const aboutSchema = z.object({
  machine: z.string(),
  session: z.string(),
  /** RFC 3339: when the session was called so. */
  time: z.string(),
  /** A message that waits at `<machine>/me`: its answer goes to its sender, on its thread. */
  message: z.string().optional(),
  /** Who sent that. */
  from: z.string().optional(),
});

/** What a notice told of: the session that its answers go to, or the message that they answer. */
export type About = z.infer<typeof aboutSchema>;

/** Who can be answered by a notice of an event; undefined where that is nobody, or more than one session. */
export function aboutOf({ kind, from, time, data }: FleetEvent): About | undefined {
  if (kind === "adapter.digest" || isReserved(from.session)) {
    return kind.startsWith("message.") ? aboutMessage({ from, time, data }) : undefined;
  }
  return { ...from, time };
}

function aboutMessage({ from, time, data }: Pick<FleetEvent, "from" | "time" | "data">): About | undefined {
  const { id, from: sender } = data;
  if (typeof id !== "string") return undefined;
  return { ...from, time, message: id, ...(typeof sender === "string" ? { from: sender } : {}) };
}
