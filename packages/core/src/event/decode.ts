import { z } from "zod";
import { isSameAddress, type Address } from "../names/address.ts";
import { subjectsOf } from "../subjects/grammar.ts";
import { idSchema } from "../message/message.ts";
import { wakeAttemptSchema, type WakeAttempt } from "../wake/attempt.ts";
import { decodeEnvelope } from "./decode-envelope.ts";
import { eventType, wakePrefix } from "./encode.ts";
import type { FleetEvent } from "./event.ts";
import { eventDataSchemas, isSessionEventKind } from "./kinds.ts";
import { originSchema } from "./origin.ts";
import { isRunEventKind, runEventSchemas } from "./run.ts";
import { parseOrRefuse, reading, refuse, requireSource, timeOf, type Readable } from "./refuse.ts";

const anyData = z.record(z.string(), z.unknown());

/**
 * The event in a message from an event or wake subject. Throws `malformed`, and nothing else, for any other subject,
 * a source or type that differs from the subject, and data that its kind's schema refuses. Unknown fields survive.
 */
export function decodeEvent(ns: string, incoming: Readable): FleetEvent {
  return reading(incoming, () => {
    const { from, kind } = headOf(ns, incoming.subject);
    const envelope = decodeEnvelope(incoming);
    requireSource(ns, envelope, from);
    if (envelope.type !== eventType(kind))
      refuse(`its type is ${envelope.type}, its subject says ${eventType(kind)}`);
    return {
      id: parseOrRefuse(idSchema, envelope.id),
      kind,
      from,
      time: timeOf(envelope, incoming),
      origin: parseOrRefuse(originSchema, envelope.extensions["fleetorigin"]),
      ...hopOf(envelope.extensions["fleethop"]),
      data: dataOf(kind, from, envelope.data),
    };
  });
}

/** The wake attempt that a `wake.<rung>` event carries. Throws `malformed` for any other event. */
export function wakeAttemptOf(event: FleetEvent): WakeAttempt {
  const attempt = parseOrRefuse(wakeAttemptSchema, event.data);
  if (event.kind !== `${wakePrefix}${attempt.rung}`)
    refuse(`its kind is ${event.kind}, its rung ${attempt.rung}`);
  if (!isSameAddress(event.from, attempt.to))
    refuse("it wakes another session than the one it is addressed to");
  return attempt;
}

function hopOf(fleethop = "0"): Pick<FleetEvent, "hop"> {
  if (!/^\d{1,9}$/.test(fleethop)) refuse(`its fleethop is ${fleethop}, not a number`);
  return Number(fleethop) === 0 ? {} : { hop: Number(fleethop) };
}

function headOf(ns: string, subject: string): { readonly from: Address; readonly kind: string } {
  const parsed = subjectsOf(ns).parse(subject);
  if (parsed.type === "wake") return { from: parsed.to, kind: `${wakePrefix}${parsed.rung}` };
  if (parsed.type !== "event") return refuse("it is no event");
  // A session may publish events of its own: a wake among them would be a forged one.
  if (parsed.kind.startsWith(wakePrefix)) refuse(`kind ${parsed.kind} does not belong on an event subject`);
  return parsed;
}

function dataOf(kind: string, from: Address, data: unknown): FleetEvent["data"] {
  if (isSessionEventKind(kind)) return parseOrRefuse<FleetEvent["data"]>(eventDataSchemas[kind], data);
  if (isRunEventKind(kind)) return parseOrRefuse<FleetEvent["data"]>(runEventSchemas[kind], data);
  const parsed = parseOrRefuse(anyData, data);
  if (!kind.startsWith(wakePrefix)) return parsed;
  return wakeAttemptOf({ id: "", kind, from, time: "", origin: "system", data: parsed });
}
