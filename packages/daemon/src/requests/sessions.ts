import { FleetError, formatAddress, type SessionRecord } from "@fleetbus/core";
import type { Items, SessionView } from "@fleetbus/core/api";
import { isLive } from "../session/registry.ts";
import type { Edge } from "./edge.ts";

/** How long an ended session stays in the list. */
const shownAfterEndMs = 24 * 60 * 60 * 1000;

/** Whom a daemon knows. */
export type Known = Pick<Edge, "roster"> & { readonly registry: Pick<Edge["registry"], "all"> };

/** This machine's sessions and the other machines', both from memory; without a server the latter as they were last heard of. */
export async function allSessions({ registry, roster }: Known): Promise<readonly SessionRecord[]> {
  if (!roster.isFollowing()) await roster.refresh().catch(() => undefined); // no server: what was heard before
  return [...registry.all(), ...roster.others()];
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
  const found = withRef(edge, await allSessions(edge), ref) ?? (await lookAgain(edge, ref));
  if (found !== undefined) return viewOf(edge, found);
  const candidates = (await allSessions(edge)).map(nameOf);
  throw new FleetError("not_found", `looking for session "${ref}": there is none`, {
    details: { candidates },
  });
}

function withRef(
  { machine }: Edge,
  records: readonly SessionRecord[],
  ref: string,
): SessionRecord | undefined {
  const own = records.find((record) => record.machine === machine && record.name === ref);
  return own ?? records.find((record) => [record.name, nameOf(record), record.cliSession].includes(ref));
}

/** One that another machine saved a moment ago. */
async function lookAgain(edge: Edge, ref: string): Promise<SessionRecord | undefined> {
  await edge.roster.refresh().catch(() => undefined); // no server: there is nobody to ask
  return withRef(edge, await allSessions(edge), ref);
}

function viewOf(edge: Edge, record: SessionRecord): SessionView {
  const mailbox = record.machine === edge.machine ? edge.mailboxes.find(record.name) : undefined;
  const inbox = mailbox === undefined ? 0 : mailbox.held().length + mailbox.deferred().length;
  const advice = record.hooked ? {} : { advice: adviceOf(record) };
  return { ...record, inbox, isPaused: edge.pauses.isPaused(record.name), ...advice };
}

function adviceOf({ cli, pty }: SessionRecord): string {
  return pty === undefined
    ? `not hooked: run \`fleet hooks install --${cli} --apply\` and start it again`
    : "not hooked: taken for idle when it prints nothing, which is weaker than hooks";
}

function nameOf(record: SessionRecord): string {
  return formatAddress({ machine: record.machine, session: record.name });
}
