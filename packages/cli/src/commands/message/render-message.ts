import { sanitise } from "@fleetbus/core";
import type { InboxView } from "@fleetbus/core/api";
import { lineOf } from "../../output/line.ts";

/** A message for people: who, what, when, and its body set apart. */
export function renderMessage(message: InboxView): string {
  const { id, kind, priority, stage, subject, time, from, origin, offers } = message;
  const head = lineOf([
    ...[time, id, `from ${from.machine}/${from.session} (${origin})`, kind],
    ...[priority !== "normal" && priority, stage !== "stored" && stage, offers > 0 && "redelivered"],
  ]);
  return [
    head,
    ...(subject === undefined ? [] : [lineOf([subject])]),
    indent(sanitise(message.body)),
    "",
  ].join("\n");
}

/** Indented, so that no body can look like the head of a next message. */
function indent(body: string): string {
  return body.replace(/^/gm, "    ");
}
