import { isSameAddress, type Address } from "@fleetbus/core";
import { placeOf, type Place } from "../session/names.ts";
import type { Edge } from "./edge.ts";
import type { Where } from "./look-up.ts";
import { decodeOrSkip } from "./streams.ts";

/** What telling a session's mail from another's needs. */
export type MailEdge = Pick<Edge, "machine" | "subjects" | "names">;

/** Where the messages to a mailbox lie, also those from before its session was renamed. */
export function sentTo(edge: MailEdge, owner: Address): Required<Where> {
  return whereOf(edge, owner, "to");
}

/** Where the messages of a sender lie, also those from before it was renamed. */
export function sentBy(edge: MailEdge, owner: Address): Required<Where> {
  return whereOf(edge, owner, "from");
}

/** What the session of this machine that had an address then is called now. */
export function nowOf({ machine, names }: MailEdge, address: Address, place: Place): Address {
  if (address.machine !== machine) return address;
  return { ...address, session: names.nowOf(address.session, place) };
}

function whereOf(edge: MailEdge, owner: Address, side: "to" | "from"): Required<Where> {
  const { machine, names, subjects } = edge;
  const former = machine === owner.machine ? names.formerly(owner.session) : [];
  const all = [...new Set([owner.session, ...former.map(({ name }) => name)])];
  const addresses = all.map((session) => ({ machine: owner.machine, session }));
  return {
    subjects: addresses.map((name) => (side === "to" ? subjects.inbox(name) : subjects.inbox({}, name))),
    isIn: (incoming) => {
      const parsed = decodeOrSkip(() => subjects.parse(incoming.subject));
      return parsed?.type === "inbox" && isSameAddress(nowOf(edge, parsed[side], placeOf(incoming)), owner);
    },
  };
}
