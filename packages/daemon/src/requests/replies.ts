import { formatAddress, type Address, type FleetEvent, type SessionRecord } from "@fleetbus/core";
import type { Identity } from "@fleetbus/core/api";
import type { ReplyHost } from "../host/source/hearing.ts";
import { auditOf } from "../replies/audit.ts";
import type { Posted, ReplyPost } from "../replies/post.ts";
import { nameHistory } from "../session/names.ts";
import { isLive } from "../session/registry.ts";
import type { Edge } from "./edge.ts";
import { reply } from "./reply.ts";
import { send } from "./send.ts";
import { targetOf } from "./send-target.ts";
import { allSessions } from "./sessions.ts";

/** Nobody of this machine's processes calls: the adapter is named in `attestedBy`. */
const caller = { pid: process.pid, ancestors: [], hasTty: false };

/** What a host works with for those who answer from outside; the edge is asked for when something comes. */
export function replyHost(edge: () => Edge): ReplyHost {
  return {
    post: replyPost(edge),
    audit: (line) => {
      const { outbox, onError, ...at } = edge();
      outbox
        .add([auditOf(at, line)])
        .catch((error: unknown) => onError(error, "writing the audit of a reply"));
    },
  };
}

/** What comes by an adapter is said as `me`, from outside: never as a human, for no daemon saw one. */
function replyPost(edge: () => Edge): ReplyPost {
  return {
    placeOf: async (target) => {
      const from = { machine: edge().machine, session: "me" };
      const found = await targetOf(edge(), { target, from, create: false });
      return found.type === "group" ? target : formatAddress(found.address);
    },
    say: async ({ to, ...posted }) => {
      const { id, body } = posted;
      return send(edge(), { who: whoOf(posted), request: { caller, target: to, body, id, kind: "request" } });
    },
    answer: async ({ message, owner, ...posted }) => {
      const { id, body } = posted;
      return reply(edge(), whoOf(posted), { caller, to: message, body, id, owner });
    },
    nowOf: (address, time) => nowOn(edge(), address, time),
    names: async () => namesOf(await allSessions(edge())),
  };
}

function whoOf({ adapter, machine }: Omit<Posted, "id" | "body">): Identity {
  return { machine, session: "me", origin: "external", attestedBy: `adapter ${adapter}` };
}

/** Also of another machine: its sessions' records say what they were called before. */
function nowOn({ machine, names, roster }: Edge, address: Address, time: FleetEvent["time"]): Address {
  const place = { seq: Number.MAX_SAFE_INTEGER, time };
  const others = () => roster.others().filter((record) => record.machine === address.machine);
  const history = address.machine === machine ? names : nameHistory(others);
  return { ...address, session: history.nowOf(address.session, place) };
}

function namesOf(records: readonly SessionRecord[]): readonly string[] {
  return records.filter(isLive).map(({ machine, name }) => formatAddress({ machine, session: name }));
}
