import { FleetError, type Address, type Message, timeLimit } from "@fleetbus/core";
import type { Edge } from "./edge.ts";

const readMs = 10_000;

/** All messages to a mailbox that the stream still has, oldest first. Foreign ones are passed over. */
export async function messagesTo(edge: Edge, owner: Address): Promise<readonly Message[]> {
  return readInbox(edge, edge.subjects.inbox(owner));
}

/** All messages that one sender said to mailboxes, oldest first. */
export async function messagesFrom(edge: Edge, sender: Address): Promise<readonly Message[]> {
  return readInbox(edge, edge.subjects.inbox({}, sender));
}

/** The message that an id or unique suffix names; the newest where none is given. Throws `not_found`, `target_ambiguous`. */
export function pickMessage<M extends Message>(messages: readonly M[], id: string | undefined): M {
  if (id === undefined || id === "last") return required(messages.at(-1), "there is none yet");
  const exact = messages.findLast((message) => message.id === id);
  if (exact !== undefined) return exact;
  const matching = [
    ...new Map(messages.filter((message) => message.id.endsWith(id)).map((each) => [each.id, each])).values(),
  ];
  if (matching.length > 1) {
    const candidates = matching.map((message) => message.id);
    throw new FleetError(
      "target_ambiguous",
      `looking for message "${id}": ${candidates.length} end like that`,
      { details: { candidates } },
    );
  }
  return required(matching[0], `none has the id or suffix "${id}"`);
}

function required<M extends Message>(message: M | undefined, why: string): M {
  if (message !== undefined) return message;
  throw new FleetError("not_found", `looking for a message: ${why}`);
}

async function readInbox(edge: Edge, subject: string): Promise<readonly Message[]> {
  const found: Message[] = [];
  const signal = timeLimit(readMs);
  for await (const incoming of edge.bus.read("INBOX", {
    subjects: [subject],
    from: "all",
    untilCaughtUp: true,
    signal,
  })) {
    try {
      found.push(edge.codec.decodeMessage(incoming));
    } catch {
      continue; // foreign: the mailbox's own reader buries it
    }
  }
  return found;
}
