import type { Address, Message, SessionRecord } from "@fleetbus/core";

/**
 * Whether a message in a mailbox is for its owner (DESIGN §3): one to itself always, a broadcast only if the session
 * was there when it was sent, and not its own. `owner` is what the session was called then.
 */
export function isMember(record: SessionRecord | undefined, owner: Address, message: Message): boolean {
  if (message.group === undefined) return true;
  if (message.from.machine === owner.machine && message.from.session === owner.session) return false;
  return record !== undefined && Date.parse(record.startedAt) <= Date.parse(message.time);
}
