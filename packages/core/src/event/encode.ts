import type { Outgoing } from "../bus/port.ts";
import { subjectsOf } from "../subjects/grammar.ts";
import type { WakeAttempt } from "../wake/attempt.ts";
import { encodeEnvelope, sourceOf } from "./envelope.ts";
import type { FleetEvent } from "./event.ts";

/** Kinds that travel on the wake subjects instead of the event subjects. */
export const wakePrefix = "wake.";

/**
 * An event ready to publish: `fleet.event.<kind>` on the event subjects, or `fleet.wake.<rung>` on the wake subjects
 * where the kind is `wake.<rung>` (its `from` is then the session to be woken). The dedupeId is the event's id.
 */
export function encodeEvent(ns: string, event: FleetEvent): Outgoing {
  const subjects = subjectsOf(ns);
  const rung = event.kind.startsWith(wakePrefix) ? event.kind.slice(wakePrefix.length) : undefined;
  return {
    subject: rung === undefined ? subjects.event(event.from, event.kind) : subjects.wake(event.from, rung),
    ...encodeEnvelope({
      id: event.id,
      source: sourceOf(ns, event.from),
      type: eventType(event.kind),
      time: event.time,
      datacontenttype: "application/json",
      extensions: eventExtensions(event),
      data: event.data,
    }),
    dedupeId: event.id,
  };
}

/** The CloudEvents extension attributes of an event: `fleetorigin`, and `fleethop` where it came by a forward. */
export function eventExtensions({ origin, hop = 0 }: FleetEvent): Readonly<Record<string, string>> {
  return { fleetorigin: origin, ...(hop === 0 ? {} : { fleethop: String(hop) }) };
}

/** The CloudEvents type of an event's kind. */
export function eventType(kind: string): string {
  return kind.startsWith(wakePrefix) ? `fleet.${kind}` : `fleet.event.${kind}`;
}

/** A wake attempt as the event that asks an adapter to act (DESIGN §6). */
export function wakeEvent(
  attempt: WakeAttempt,
  stamp: { readonly id: string; readonly time: string },
): FleetEvent {
  return {
    ...stamp,
    kind: `${wakePrefix}${attempt.rung}`,
    from: attempt.to,
    origin: "system",
    data: attempt,
  };
}
