import type { SessionEventKind } from "../event/kinds.ts";
import type { Message, Mode, Priority } from "./message.ts";

/**
 * Where a message may be offered: at a session's start; with a prompt; with a prompt that fleet's own wake made; at a tool
 * boundary; before a tool that may be denied; at a turn's end, where an offer costs one more turn; when asked for.
 */
export type Moment = "start" | "prompt" | "wake" | "tool" | "guard" | "stop" | "pull";

/** Which messages are offered where, by their mode (DESIGN §5 Modes). A message stored before a stop is always offered by that stop. */
export const momentsOfMode: Readonly<Record<Mode, readonly Moment[]>> = {
  turn: ["start", "prompt", "wake", "stop", "pull"],
  now: ["start", "prompt", "wake", "tool", "stop", "pull"],
  idle: ["wake", "stop", "pull"],
  stop: ["start", "prompt", "wake", "tool", "guard", "stop", "pull"],
};

/** The moment that a hook's event is, undefined where nothing is offered. `isWake`: its prompt bears the nonce of a wake. */
export function momentOf(kind: SessionEventKind, isWake = false): Moment | undefined {
  if (kind === "session.started") return "start";
  if (kind === "prompt.submitted") return isWake ? "wake" : "prompt";
  if (kind === "turn.stopped") return "stop";
  return kind === "tool.started" || kind === "tool.finished" || kind === "tool.failed" ? "tool" : undefined;
}

/**
 * What may be offered at a moment, in the order of offering: urgent first, then mode, then age. `items` come oldest
 * first, as their stream has them: no clock of a sender decides. What has expired is left out; at a stop everything is,
 * unless something there is worth a turn, and then what never wakes rides along.
 */
export function offerable<T extends { readonly message: Message }>(
  items: readonly T[],
  moment: Moment,
  nowMs: number,
): readonly T[] {
  const mayBe = items.filter(
    ({ message }) => momentsOfMode[message.mode].includes(moment) && !isExpired(message, nowMs),
  );
  if (moment === "stop" && !mayBe.some(({ message }) => wakes(message))) return [];
  return mayBe.toSorted((a, b) => offerRank(a.message) - offerRank(b.message));
}

/** Whether an idle session is woken for it: a note never wakes, low priority neither (DESIGN §5 Kinds). */
export function wakes({ kind, priority }: Pick<Message, "kind" | "priority">): boolean {
  return kind !== "note" && priority !== "low";
}

/** Whether its deadline has passed. The daemon says so by a receipt; a deadline that is no date is none. */
export function isExpired({ expiresAt }: Pick<Message, "expiresAt">, nowMs: number): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= nowMs;
}

/** The priority that a message gets: an escalation is never of normal priority (DESIGN §5 Kinds). */
export function priorityOf(type: string, priority: Priority = "normal"): Priority {
  return type === "escalation" && priority === "normal" ? "high" : priority;
}

const priorities: readonly Priority[] = ["urgent", "high", "normal", "low"];
const modes: readonly Mode[] = ["stop", "now", "turn", "idle"];

/** The order of offering at one age: lower is earlier. */
export function offerRank({ priority, mode }: Pick<Message, "priority" | "mode">): number {
  return priorities.indexOf(priority) * modes.length + modes.indexOf(mode);
}
