import { FleetError, formatAddress, type SessionRecord } from "@fleetbus/core";
import type { Items, SessionView } from "@fleetbus/core/api";
import { isLive } from "../session/registry.ts";
import type { Edge } from "./edge.ts";

/** How long an ended session stays in the list. */
const shownAfterEndMs = 24 * 60 * 60 * 1000;

/** This machine's sessions from memory, the other machines' from the bucket; without a server only the former. */
export async function allSessions(edge: Edge): Promise<readonly SessionRecord[]> {
  const others = await edge.store.load().catch(() => []); // no server: what is here is what there is
  return [...edge.registry.all(), ...others.filter((record) => record.machine !== edge.machine)];
}

/** The sessions as `fleet session list` shows them: the live ones, and for a day those that ended. */
export async function listSessions(edge: Edge): Promise<Items<SessionView>> {
  const since = edge.clock.now() - shownAfterEndMs;
  const shown = (await allSessions(edge)).filter(
    (record) => isLive(record) || Date.parse(record.stateSince) > since,
  );
  return {
    items: shown.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b))).map((record) => viewOf(edge, record)),
  };
}

/** One session by name, `machine/name` or CLI session id; throws `not_found` with the list. */
export async function findSession(edge: Edge, ref: string): Promise<SessionView> {
  const records = await allSessions(edge);
  const own = records.find((record) => record.machine === edge.machine && record.name === ref);
  const found =
    own ?? records.find((record) => [record.name, nameOf(record), record.cliSession].includes(ref));
  if (found !== undefined) return viewOf(edge, found);
  const candidates = records.map(nameOf);
  throw new FleetError("not_found", `looking for session "${ref}": there is none`, {
    details: { candidates },
  });
}

function viewOf(edge: Edge, record: SessionRecord): SessionView {
  const inbox = record.machine === edge.machine ? (edge.mailboxes.find(record.name)?.held().length ?? 0) : 0;
  const advice = record.hooked
    ? {}
    : { advice: `not hooked: run \`fleet hooks install --${record.cli} --apply\` and start it again` };
  return { ...record, inbox, isPaused: edge.pauses.isPaused(record.name), ...advice };
}

function nameOf(record: SessionRecord): string {
  return formatAddress({ machine: record.machine, session: record.name });
}
