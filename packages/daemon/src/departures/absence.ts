import { formatAddress, type SessionRecord } from "@fleetbus/core";
import { isLive } from "../session/registry.ts";
import type { StageFacts } from "../inbox/receipts.ts";

type Gone = Pick<SessionRecord, "machine" | "name" | "state" | "end">;

/** What the sender of a message to a session that has gone is told; undefined while it is there. */
export function absence(record: SessionRecord | undefined): StageFacts | undefined {
  if (record === undefined || isLive(record)) return undefined;
  return told(record, "deferred", "it waits for the next session of that name");
}

/** The same for a broadcast, which nobody waits for: who comes later is not its member (DESIGN §3). */
export function missed(record: Gone): StageFacts {
  return told(record, "expired", "a broadcast is for who was there");
}

/** One receipt for one departure, however often it is written (core: receipt-encode.ts). */
function told({ machine, name, state, end }: Gone, stage: StageFacts["stage"], rest: string): StageFacts {
  const how = state === "ended" ? "has ended" : "is lost";
  const reason = `${formatAddress({ machine, session: name })} ${how}: ${rest}`;
  return { stage, reason, ...(end === undefined ? {} : { cause: end.id }) };
}
