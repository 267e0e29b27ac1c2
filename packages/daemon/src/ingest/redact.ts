import { cutBytes, type FleetEvent } from "@fleetbus/core";

/** What a person or a model wrote; kept out of EVENTS unless the config asks for it (DESIGN §8). */
const bodies = ["prompt", "lastText", "detail"] as const;

/** A tool's error may be a whole log; the server takes no message over a megabyte, and an event that it refuses is lost. */
const maxTextBytes = 64 * 1024;

/** The event with its long texts cut. */
export function bound(event: FleetEvent): FleetEvent {
  const entries = Object.entries(event.data).map(([key, value]) => [key, cutText(value)] as const);
  return { ...event, data: Object.fromEntries(entries) };
}

function cutText(value: unknown): unknown {
  return typeof value === "string" && value.length > maxTextBytes / 4 ? cutBytes(value, maxTextBytes) : value;
}

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
