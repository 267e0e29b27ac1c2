import { encodeEnvelope, eventExtensions, eventType, sourceOf, type FleetEvent } from "@fleetbus/core";
import type { Envelope } from "@fleetbus/core";
import type { ForeignMessage } from "@fleetbus/core/nats";
import type { NatsConfig } from "./config.ts";
import { subjectOf } from "./subject.ts";

/**
 * An event as it goes to the far side: a CloudEvent (NATS binding 1.0.3) one hop further than it was, so that no fleet
 * forwards it again. The same event is the same message on every try.
 */
export function messageOf(
  event: FleetEvent,
  { subject, mode }: Pick<NatsConfig, "subject" | "mode">,
  ns: string,
): ForeignMessage {
  const envelope: Envelope = {
    id: event.id,
    source: sourceOf(ns, event.from),
    type: eventType(event.kind),
    time: event.time,
    datacontenttype: "application/json",
    extensions: eventExtensions({ ...event, hop: (event.hop ?? 0) + 1 }),
    data: event.data,
  };
  const encoded = mode === "binary" ? encodeEnvelope(envelope) : structured(envelope);
  return { ...encoded, subject: subjectOf(subject, event, ns), dedupeId: event.id };
}

/** CloudEvents' JSON format. */
function structured({ extensions, data, ...attributes }: Envelope): Pick<ForeignMessage, "headers" | "data"> {
  const json = JSON.stringify({ specversion: "1.0", ...attributes, ...extensions, data });
  return {
    headers: { "Content-Type": "application/cloudevents+json; charset=utf-8" },
    data: new TextEncoder().encode(json),
  };
}
