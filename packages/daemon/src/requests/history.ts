import { type Address, type Message, timeLimit } from "@fleetbus/core";
import type { LookUpEdge, Where } from "./look-up.ts";
import { gaveUp } from "./newest-first.ts";
import { decodeOrSkip } from "./streams.ts";

const readMs = 10_000;

/**
 * All messages to a mailbox that the stream still has, oldest first. Foreign ones are passed over. Throws `pending` where
 * that takes too long: nobody takes a part for the whole.
 */
export async function messagesTo(
  edge: LookUpEdge,
  owner: Address,
  where?: Where,
): Promise<readonly Message[]> {
  const found: Message[] = [];
  const signal = timeLimit(readMs);
  const { subjects, isIn = () => true } = where ?? { subjects: [edge.subjects.inbox(owner)] };
  const options = { subjects, from: "all", untilCaughtUp: true, signal } as const;
  for await (const incoming of edge.bus.read("INBOX", options)) {
    if (!isIn(incoming)) continue;
    const message = decodeOrSkip(() => edge.codec.decodeMessage(incoming));
    if (message !== undefined) found.push(message);
  }
  const doing = `reading all messages to ${owner.session}`;
  if (signal.aborted) throw gaveUp({ doing, wayOut: "ask for one by its id" }, readMs, found.length);
  return found;
}
