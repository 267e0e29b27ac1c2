import type { Address, SessionRecord } from "@fleetbus/core";
import type { Registry } from "./registry.ts";
import type { Roster } from "./roster.ts";

/** What is known of a session here, of this machine or another. */
export function recordOf(
  known: { readonly sessions: Registry; readonly others: Roster; readonly machine: string },
  { machine, session }: Address,
): SessionRecord | undefined {
  if (machine === known.machine) return known.sessions.find(session);
  return known.others.others().find((record) => record.machine === machine && record.name === session);
}
