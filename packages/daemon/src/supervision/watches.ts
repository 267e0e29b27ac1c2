import type { Clock } from "@fleetbus/core";
import { noteEvent } from "../ingest/note.ts";
import type { Edge } from "../requests/edge.ts";
import { watchUntold } from "./untold.ts";
import { watchParked } from "./parked.ts";
import { watchStalls, writtenAt } from "./stalls.ts";

/** What supervision looks after for as long as a daemon runs, each with its name; `pace` is the clock that they sleep by. */
export function supervisionWatches(
  { edge, pace }: { readonly edge: Edge; readonly pace: Clock },
  signal: AbortSignal,
): readonly (readonly [doing: string, work: () => Promise<void>])[] {
  const config = () => edge.settings().config;
  const common = {
    clock: pace,
    live: () => edge.registry.live(),
    note: ({ name }: { readonly name: string }, what: Parameters<typeof noteEvent>[2]) =>
      noteEvent(edge, name, what),
  };
  const parked = { ...common, mayResume: () => config().wake.resume_parked };
  const stalls = {
    ...common,
    afterMs: () => config().supervision.stall_after,
    signsOfLife: (name: string) => edge.outcomes.signsOfLife(name),
    changedAt: writtenAt,
    onStalled: edge.outcomes.stalled,
  };
  const untold = {
    ...common,
    find: (name: string) => edge.registry.find(name),
    onError: edge.onError,
  };
  return [
    ["ending usage limits", () => watchParked(parked, signal)],
    ["watching for stalls", () => watchStalls(stalls, signal)],
    ["watching for ends that no hook tells", () => watchUntold(untold, signal)],
  ];
}
