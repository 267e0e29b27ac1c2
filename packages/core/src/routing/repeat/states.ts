import type { FleetEvent } from "../../event/event.ts";

/** What an event says of a state that a person may have been told of. */
export interface StateChange {
  /** `permission`, `failed`, `lost`, …; of something that is no session's state with what it is about. */
  readonly state: string;
  /** States that are over by it. */
  readonly ends: readonly string[];
}

const changes: Readonly<Record<string, StateChange>> = {
  "permission.requested": { state: "permission", ends: [] },
  "permission.resolved": { state: "busy", ends: ["permission"] },
  "turn.failed": { state: "failed", ends: [] },
  "turn.stopped": { state: "idle", ends: ["failed"] },
  "turn.interrupted": { state: "interrupted", ends: [] },
  "turn.parked": { state: "parked", ends: [] },
  "turn.stalled": { state: "stalled", ends: [] },
  "turn.continued": { state: "busy", ends: [] },
  "prompt.submitted": { state: "busy", ends: [] },
  "session.unparked": { state: "idle", ends: ["parked"] },
  "session.started": { state: "started", ends: ["lost"] },
  "session.ended": { state: "ended", ends: [] },
  "session.lost": { state: "lost", ends: [] },
};

/** The kinds that change a session's state. */
export const stateKinds: readonly string[] = Object.keys(changes);

/**
 * The state that an event tells of, undefined for one that stands for itself (a message, the end of a run): it is never
 * a repetition. What is no state of a session is told apart by its own words.
 */
export function stateChangeOf({ kind, data }: Pick<FleetEvent, "kind" | "data">): StateChange | undefined {
  const known = Object.hasOwn(changes, kind) ? changes[kind] : undefined;
  if (kind === "turn.stopped" && isBad(data["outcome"]))
    return { state: `stopped ${textOf(data["outcome"])}`, ends: [] };
  if (known !== undefined) return known;
  if (kind === "notification.raised") return { state: `notification ${textOf(data["text"])}`, ends: [] };
  const about = data["adapter"];
  return kind.startsWith("adapter.") && typeof about === "string"
    ? { state: `${kind} ${about}`, ends: [] }
    : undefined;
}

/** The kinds by whose events a state ends that some kind of `on` tells of; to be listened to for resolving. */
export function endingKinds(isTaken: (kind: string) => boolean): readonly string[] {
  const told = stateKinds.filter(isTaken).map((kind) => changes[kind]?.state);
  return stateKinds.filter((kind) => changes[kind]?.ends.some((state) => told.includes(state)));
}

function isBad(outcome: unknown): boolean {
  return outcome === "error" || outcome === "blocked";
}

/** Bounded: it is kept, and only compared. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value.slice(0, 200) : "";
}
