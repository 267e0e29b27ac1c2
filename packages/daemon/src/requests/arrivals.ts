import { requireToken } from "@fleetbus/core";
import type { Arrival } from "@fleetbus/core/api";
import { groupsOf } from "../inbox/mailboxes.ts";
import type { Edge } from "./edge.ts";

/** What was stored between a reader's last look and the first signal; signalled twice, it does no harm. */
const overlapMs = 10_000;

/**
 * A signal for each message that is stored for one mailbox of this machine, or for any of them: from headers alone, and
 * what is for a group signals all of its machine. A hint to look, not a message. Ends with the signal.
 */
export async function* arrivals(
  edge: Edge,
  session: string | undefined,
  signal: AbortSignal,
): AsyncIterable<Arrival> {
  const { bus, subjects, machine, clock } = edge;
  const owner = session === undefined ? { machine } : { machine, session: requireToken(session, "session") };
  const groups = groupsOf(machine).map((group) => subjects.cast(group));
  const from = { time: clock.now() - overlapMs };
  const filters = [subjects.inbox(owner), ...groups];
  for await (const stored of bus.read("INBOX", { subjects: filters, from, isHeadersOnly: true, signal })) {
    const parsed = subjects.parse(stored.subject);
    yield { seq: stored.seq, ...(parsed.type === "inbox" ? { session: parsed.to.session } : {}) };
  }
}
