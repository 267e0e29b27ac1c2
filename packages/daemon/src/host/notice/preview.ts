import type { FleetEvent, Notice } from "@fleetbus/core";
import { digestOf } from "./digest.ts";
import { noticesOf } from "./notices.ts";
import type { NoticeOptions } from "./options.ts";
import { sampleOf } from "./template/samples.ts";

/** What a channel would get of a kind of event, by an event that nobody sent: for `fleet adapter test --dry-run`. */
export function previewOf(kind: string, options: NoticeOptions): readonly Notice[] {
  if (kind !== "digest") return noticesOf(sampleOf(kind), options);
  const events: readonly FleetEvent[] = ["turn.stopped", "permission.requested", "turn.failed"].map(sampleOf);
  return digestOf(events, options);
}
