import type { FleetEvent } from "../../event/event.ts";
import { prioritySchema, type Priority } from "../../message/message.ts";
import { messagePrefix } from "./facts.ts";

const rank = ["low", "normal", "high", "urgent"] as const satisfies readonly Priority[];

/** What a person has to look at soon, and what is there for the record; everything else is normal. */
const byKind: Readonly<Record<string, Priority>> = {
  "permission.requested": "high",
  "turn.failed": "high",
  "session.lost": "high",
  "run.failed": "high",
  "task.failed": "high",
  "task.blocked": "high",
  "adapter.failing": "high",
  "adapter.paused": "high",
  "daemon.config-refused": "high",
  "session.started": "low",
  "session.ended": "low",
  "session.configured": "low",
  "session.renamed": "low",
  "prompt.submitted": "low",
  "tool.started": "low",
  "tool.finished": "low",
  "tool.failed": "low",
  "turn.continued": "low",
  "turn.accounted": "low",
  "subagent.started": "low",
  "subagent.stopped": "low",
  "context.compacted": "low",
  "message.displayed": "low",
  "run.started": "low",
};

const badOutcomes: readonly unknown[] = ["error", "blocked"];

/**
 * How much an event matters to a person: by its kind; `high` where its `outcome` is an error or a blocked task. A
 * message has the priority that its sender gave it. Unknown kinds are normal.
 */
export function eventPriority(event: Pick<FleetEvent, "kind" | "data">): Priority {
  const known = Object.hasOwn(byKind, event.kind) ? byKind[event.kind] : undefined;
  if (known === undefined && event.kind.startsWith(messagePrefix)) {
    const own = prioritySchema.safeParse(event.data["priority"]);
    if (own.success) return own.data;
  }
  return badOutcomes.includes(event.data["outcome"]) ? "high" : (known ?? "normal");
}

/** Whether a priority is another or above. */
export function isAtLeast(priority: Priority, least: Priority): boolean {
  return rank.indexOf(priority) >= rank.indexOf(least);
}
