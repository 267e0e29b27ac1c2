import {
  FleetError,
  isReserved,
  isToken,
  messageOf,
  resolveTarget,
  type Address,
  type Target,
} from "@fleetbus/core";
import type { Registry } from "../session/registry.ts";
import type { Mailboxes } from "../inbox/mailboxes.ts";
import { allSessions, type Known } from "./sessions.ts";

/** What is known of who is where. */
export interface Places extends Known {
  readonly machine: string;
  readonly registry: Pick<Registry, "all" | "find">;
  readonly mailboxes: Pick<Mailboxes, "all" | "find">;
}

/** What is to be resolved, and for whom. */
export interface Asked {
  readonly target: string;
  readonly from: Address;
  readonly create: boolean;
}

/**
 * Where a message goes, by the sessions that this daemon knows of. Before a target counts as unknown the other machines'
 * sessions are read once more: one that was saved there before the call is found.
 */
export async function targetOf(places: Places, { target, from, create }: Asked): Promise<Target> {
  const own = ownTarget(places, target);
  if (own !== undefined) return own;
  const find = async (options: { readonly create: boolean }) =>
    resolveTarget(target, await worldOf(places, from), options);
  try {
    return await find({ create: false });
  } catch (error) {
    if (!isUnknown(error)) throw error;
    const failure = await places.roster.refresh().catch(messageOf);
    return find({ create }).catch((reason: unknown) => {
      throw failure === undefined || !isUnknown(reason) ? reason : withDoubt(reason, failure);
    });
  }
}

/** What `resolveTarget` finds first, without a look at all that there is: a mailbox or session of this machine by its name. */
function ownTarget({ machine, registry, mailboxes }: Places, target: string): Target | undefined {
  const session = target.trim().toLowerCase();
  if (!isToken(session) || isReserved(session)) return undefined;
  if ((mailboxes.find(session) ?? registry.find(session)) === undefined) return undefined;
  return { type: "mailbox", address: { machine, session }, isNew: false };
}

async function worldOf(places: Places, self: Address) {
  const mailboxes = places.mailboxes.all().map((each) => each.owner);
  return { machine: places.machine, self, sessions: await allSessions(places), mailboxes };
}

function isUnknown(error: unknown): error is FleetError {
  return error instanceof FleetError && error.code === "target_unknown";
}

/** Nobody could be asked whether another machine knows it. */
function withDoubt({ code, message, details }: FleetError, failure: string): FleetError {
  return new FleetError(code, `${message} (${failure})`, { details });
}
