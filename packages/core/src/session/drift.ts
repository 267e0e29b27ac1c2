import type { SessionEventKind } from "../event/kinds.ts";
import { sanitiseLine } from "../message/sanitise.ts";
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
  "turn.accounted",
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

/** What silent hooks mean, in words for a person. */
export interface Silence {
  readonly what: string;
  readonly way: string;
}

/** Where a CLI has another way out than most. */
const waysOut: Readonly<Record<string, string>> = {
  codex: "restart it, and trust its hooks when it asks",
  grok: "restart it",
};

/** Why a session that seems idle is not woken, and what to do: nothing proves that it is. Undefined: its hooks speak. */
export function silenceOf(record: Pick<SessionRecord, "cli" | "drift"> | undefined): Silence | undefined {
  if (record?.drift === undefined) return undefined;
  const { cli, drift } = record;
  const own = Object.hasOwn(waysOut, cli) ? waysOut[cli] : undefined;
  return {
    what: `its hooks are silent (${sanitiseLine(drift)})`,
    way: own ?? "restart it, or see /hooks in it",
  };
}
