import type { SessionEventKind } from "../event/kinds.ts";
import type { Seen } from "./facts.ts";
import type { SessionRecord } from "./record.ts";

/** Told by readers, by commands and by fleet itself, too: such an event does not prove that the hooks speak. */
const alsoToldWithoutHooks: ReadonlySet<SessionEventKind> = new Set([
  "session.configured",
  "session.drifted",
  "session.lost",
  "session.renamed",
  "session.unparked",
  "turn.continued",
  "permission.requested",
]);

/** What an event changes of the mark that hooks are silent: set by `session.drifted`, taken away by whatever a hook told. */
export function driftOf(seen: Seen): { readonly drift?: SessionRecord["drift"] } {
  if (seen.kind === "session.drifted") return { drift: seen.facts.evidence };
  return isToldByHook(seen) ? { drift: undefined } : {};
}

function isToldByHook({ kind, facts }: Seen): boolean {
  return !alsoToldWithoutHooks.has(kind) && facts.confirmedBy === undefined && facts.hooked !== false;
}
