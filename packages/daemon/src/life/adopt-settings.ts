import type { SessionConfig, SessionRecord } from "@fleetbus/core";
import { noteEvent } from "../ingest/note.ts";
import type { Edge } from "../requests/edge.ts";
import type { Local } from "./local.ts";
import { rulesFor } from "./session-rules.ts";
import type { Settings } from "./settings.ts";

/**
 * Puts a changed config in force (DESIGN §11: without a restart): rates, limits and rules are asked for when they are
 * needed; here is what has to be told. What only a restart takes is logged, and `fleet status` says it.
 */
export function adoptSettings(edge: Edge, { inForce, logger }: Local, next: Settings): void {
  const before = inForce.now();
  const { forRestart, config } = inForce.take(next);
  logger.setLevel(config.log.level);
  if (forRestart.length > 0)
    logger.named("daemon").warn({ keys: forRestart }, "these keys have changed: fleet restart takes them");
  for (const record of edge.registry.live()) {
    const rules = { before: rulesFor(before.config, record), now: rulesFor(config, record) };
    if (isRuledAnew(record, rules)) noteRules(edge, record, rules.now);
    edge.planner.changed(record.name); // whether it may be woken may be another thing now
  }
  for (const mailbox of edge.mailboxes.all()) void mailbox.refill(); // its depth may have grown
}

interface Rules {
  readonly before: Partial<SessionConfig>;
  readonly now: Partial<SessionConfig>;
}

/** What a session said of itself stays: only what the config gave it, it takes away or gives anew. */
function isRuledAnew(record: SessionRecord, { before, now }: Rules): boolean {
  const isFromConfig = record.role === before.role && record.parent === before.parent;
  return isFromConfig && (before.role !== now.role || before.parent !== now.parent);
}

function noteRules(edge: Edge, { name, cli }: SessionRecord, { role, parent }: Partial<SessionConfig>): void {
  const data = { cli, ...(role === undefined ? {} : { role }), ...(parent === undefined ? {} : { parent }) };
  noteEvent(edge, name, { kind: "session.configured", data });
}
