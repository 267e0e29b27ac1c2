import { type Adapter, type AdapterConfig, type FleetEvent, type Notice } from "@fleetbus/core";
import { plainNotices, type How, type Renderer } from "../render.ts";
import type { ShownLog } from "../run-log/run-logs.ts";
import type { Item } from "./item.ts";
import type { QuietHours } from "./judge.ts";

/** What a sink is sent: one event with its notices. */
export interface Rendered {
  readonly event: FleetEvent;
  readonly notices: readonly Notice[];
}

/** What rendering needs of one instance. */
export interface RenderDeps {
  readonly adapter: Adapter;
  readonly entry: AdapterConfig;
  readonly render: Renderer;
  me(): QuietHours;
}

/** The notices of one event, with the full log of its run where that is known, or the digest of several. */
export function renderedOf(
  deps: RenderDeps,
  items: readonly Pick<Item, "event" | "isResolved">[],
  log?: ShownLog,
): Rendered {
  const [first] = items;
  const { text } = deps.adapter.spec;
  if (first === undefined) throw new Error("rendering nothing");
  if (text === undefined) return { event: first.event, notices: plainNotices(first.event, first.isResolved) };
  const how = howOf(deps, text);
  if (items.length === 1)
    return {
      event: first.event,
      notices: deps.render.noticesOf(first.event, {
        ...how,
        isResolved: first.isResolved,
        ...(log === undefined ? {} : { log }),
      }),
    };
  const events = items.map(({ event }) => event);
  const notices = deps.render.digestOf(events, how);
  return { event: digestEvent(events, notices), notices };
}

function howOf({ entry, me }: RenderDeps, text: How["text"]): How {
  const { template, overflow, sound } = entry;
  const { zone } = me();
  return {
    text,
    template,
    ...(overflow === undefined ? {} : { overflow }),
    ...(sound === undefined ? {} : { sound }),
    ...(zone === undefined ? {} : { zone }),
  };
}

/** Stands for all of them, under the id of their notice. */
function digestEvent(events: readonly FleetEvent[], [notice]: readonly Notice[]): FleetEvent {
  const last = events.at(-1);
  if (last === undefined || notice === undefined) throw new Error("rendering a digest of nothing");
  const data = { events: events.map(({ id }) => id) };
  return { ...last, id: notice.id, kind: "adapter.digest", origin: "system", data };
}
