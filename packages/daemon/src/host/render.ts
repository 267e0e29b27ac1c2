import {
  bareNotice,
  eventPriority,
  type AdapterConfig,
  type FleetEvent,
  type Notice,
  type Overflow,
  type TextTraits,
} from "@fleetbus/core";
import type { ShownLog } from "./run-log/run-logs.ts";

/** How a person is to read an event on one channel. */
export interface How {
  readonly text: TextTraits;
  readonly template: AdapterConfig["template"];
  readonly overflow?: Overflow;
  readonly sound?: string;
  readonly isResolved?: boolean;
  readonly link?: string;
  /** What there is of the full log of the run that it tells of. */
  readonly log?: ShownLog;
  /** The time zone of the one who reads. */
  readonly zone?: string;
}

/** Makes notices of events. Both give at least one, and the same for the same events on every try. */
export interface Renderer {
  /** Several where a text is split. */
  noticesOf(event: FleetEvent, how: How): readonly Notice[];
  digestOf(events: readonly FleetEvent[], how: How): readonly Notice[];
}

/** What a sink for programs is lent: it ignores all of it. */
export function plainNotices(event: FleetEvent, isResolved: boolean): readonly Notice[] {
  return [bareNotice(event, { priority: eventPriority(event), isResolved })];
}
