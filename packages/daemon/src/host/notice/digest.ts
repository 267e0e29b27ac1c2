import { createHash } from "node:crypto";
import { eventPriority, isAtLeast, type FleetEvent, type Notice, type Priority } from "@fleetbus/core";
import { layOut } from "./layout/lay-out.ts";
import { noticesOf } from "./notices.ts";
import type { NoticeOptions } from "./options.ts";
import { pageOf } from "./template/page.ts";
import { timeOf } from "./words/plain.ts";
import { isResolving } from "./words/topic.ts";
import type { View } from "./template/template.ts";
import { cleanOf, lineView, viewOf } from "./words/view.ts";

/**
 * Events that came close together as one notice, oldest first: a line for each title, with how often it came. One event
 * is told as itself, none not at all. The template is that of `digest`; the id is the same for the same events.
 */
export function digestOf(events: readonly FleetEvent[], options: NoticeOptions): readonly Notice[] {
  const [first] = events;
  if (first === undefined || events.length === 1) return first === undefined ? [] : noticesOf(first, options);
  const page = pageOf("digest", options);
  const last = events.at(-1) ?? first;
  const places = [...new Set(events.map(({ from }) => `${from.machine}/${from.session}`))];
  const view = {
    ...viewOf(page.names, { ...last, kind: "digest" }, options),
    ...digestView(events, places, options),
  };
  const notice = {
    id: digestId(events),
    priority: highestOf(events),
    key: `${placeOf(places)} digest`,
    isResolved: options.isResolved ?? events.every(isResolving),
    ...(options.sound === undefined ? {} : { sound: options.sound }),
    ...(options.link === undefined ? {} : { link: options.link }),
  };
  return layOut({ page, view, fileStem: "fleet-digest", notice }, options);
}

function digestView(events: readonly FleetEvent[], places: readonly string[], options: NoticeOptions): View {
  const lines = new Map<string, { readonly time: string; count: number }>();
  for (const event of events) {
    const title = titleLine(event, options);
    const line = lines.get(title) ?? { time: timeOf(event.time, options.zone), count: 0 };
    line.count += 1;
    lines.set(title, line);
  }
  const shown = [...lines].map(
    ([title, { time, count }]) => `${time} ${title}${count > 1 ? ` (${count} times)` : ""}`,
  );
  return {
    count: String(events.length),
    lines: cleanOf(shown.join("\n")),
    where: placeOf(places),
    priority: highestOf(events),
  };
}

function titleLine(event: FleetEvent, options: NoticeOptions): string {
  const page = pageOf(event.kind, options);
  return page.title(lineView(viewOf(page.titleNames, event, options), page.titleNames));
}

function placeOf(places: readonly string[]): string {
  const [only] = places;
  return places.length === 1 && only !== undefined ? only : `${places.length} sessions`;
}

function highestOf(events: readonly FleetEvent[]): Priority {
  return events
    .map(eventPriority)
    .reduce((highest, next) => (isAtLeast(next, highest) ? next : highest), "low");
}

function digestId(events: readonly FleetEvent[]): string {
  const hash = createHash("sha256").update(events.map(({ id }) => id).join("\n"));
  return `digest-${hash.digest("hex").slice(0, 32)}`;
}
