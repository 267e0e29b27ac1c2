import { durableOf, FleetError, requireName, type Address, type FleetEvent } from "@fleetbus/core";
import { groupsOf } from "../inbox/mailboxes.ts";
import { isLive } from "../session/registry.ts";
import { ownerOf, type Edge } from "./edge.ts";
import { findSession } from "./sessions.ts";

/**
 * Gives a session of this machine another name, and gives that back. Its mail stays its own (docs/adr/0009): nothing that
 * is stored is moved, the event says how far the old name's inbox had come. Once that is on disk the rename holds,
 * whatever ends in between; before it, nothing has changed but that a dead session's consumer is made anew by the next.
 */
export async function rename(edge: Edge, session: string, wanted: string): Promise<string> {
  const { name, display } = requireName(wanted);
  const record = await findSession(edge, session);
  const [from, to] = [ownerOf(edge, record), ownerOf(edge, name)];
  requireFree(edge, { record, session, name });
  // One that an earlier bearer left behind may have come further than what is still to come to this session.
  await edge.mailboxes.close(name);
  await edge.bus.removeConsumer("INBOX", durableOf(to));
  const event: FleetEvent = {
    id: edge.ids(),
    kind: "session.renamed",
    from: to,
    ...{ time: new Date(edge.clock.now()).toISOString(), origin: "human" },
    data: { cli: record.cli, from: record.name, to: name, display, ...(await inboxOf(edge, from)) },
  };
  await edge.outbox.add([edge.codec.encodeEvent(event)]);
  edge.registry.rename(record.name, event);
  await edge.pauses.rename(record.name, name);
  await edge.mailboxes.rename(record.name, to);
  await leave(edge, from);
  edge.planner.retry(name);
  return name;
}

interface Renaming {
  readonly record: { readonly machine: string; readonly name: string };
  readonly session: string;
  readonly name: string;
}

function requireFree(edge: Edge, { record, session, name }: Renaming): void {
  if (record.machine !== edge.machine) {
    const text = `renaming ${session}: it is a session of ${record.machine}; rename it there`;
    throw new FleetError("refused", text);
  }
  const taken = edge.registry.find(name);
  if (taken !== undefined && isLive(taken))
    throw new FleetError("conflict", `renaming ${record.name} to ${name}: that name is taken`);
}

/** Where the inbox of a name stands: acknowledged without a gap, and newest. */
async function inboxOf(edge: Edge, owner: Address) {
  const casts = groupsOf(edge.machine).map((group) => edge.subjects.cast(group));
  const [consumers, upTo] = await Promise.all([
    edge.bus.consumers("INBOX"),
    edge.bus.lastSeq("INBOX", [edge.subjects.inbox(owner), ...casts]),
  ]);
  return { after: consumers.find(({ name }) => name === durableOf(owner))?.ackFloor ?? 0, upTo };
}

/** A name that nobody bears has no inbox: without one it is no target. Left over, it is a target and gets nobody's mail. */
async function leave(edge: Edge, from: Address): Promise<void> {
  if (edge.registry.find(from.session) !== undefined) return; // another session has taken it
  await edge.bus
    .removeConsumer("INBOX", durableOf(from))
    .catch((error: unknown) => edge.onError(error, `removing the inbox of ${from.session}`));
}
