import type { FleetEvent } from "@fleetbus/core";

/** What a person or a model wrote; kept out of EVENTS unless the config asks for it (DESIGN §8). */
const bodies = ["prompt", "lastText", "detail"] as const;

/** The event without the texts in it; their length stays. */
export function redact(event: FleetEvent): FleetEvent {
  const data: Record<string, unknown> = { ...event.data };
  for (const key of bodies) {
    const value = data[key];
    if (typeof value !== "string") continue;
    delete data[key];
    data[`${key}Length`] = value.length;
  }
  return { ...event, data };
}
