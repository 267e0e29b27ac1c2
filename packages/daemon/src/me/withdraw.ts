import type { Clock } from "@fleetbus/core";
import type { AdapterHost } from "../host/host.ts";
import { overEvent } from "./matter.ts";
import type { LadderRecord, LadderRecords } from "./record.ts";
import { failedBy } from "./settle.ts";
import type { MeRules } from "./via.ts";

/** What withdrawing works with. */
export interface WithdrawDeps {
  readonly clock: Pick<Clock, "now">;
  readonly host: Pick<AdapterHost, "notify">;
  readonly records: LadderRecords;
  rules(): MeRules;
}

/**
 * Tells everybody who was told that the matter is over, where their channel does that, and forgets it. Resolves with
 * false where one could not be told yet: asked again, nobody is told twice. Rejects with `unavailable` without the server.
 */
export async function withdraw(
  deps: WithdrawDeps,
  record: LadderRecord,
  signal: AbortSignal,
): Promise<boolean> {
  if (record.climbed.length === 0) return true;
  const event = overEvent(record.event, deps.clock.now());
  const told = record.climbed.filter(
    ({ adapter, state }) => state === "sent" && canSay(deps, record, adapter),
  );
  const answers = await Promise.all(
    told.map(({ adapter }) =>
      deps.host.notify(adapter, event, { isResolved: true, signal }).catch(failedBy(deps.clock.now())),
    ),
  );
  const isSaid = answers.every(({ type }) => type === "sent" || type === "failed");
  if (isSaid) await deps.records.remove(record.event.id);
  return isSaid;
}

function canSay({ rules }: WithdrawDeps, { about }: LadderRecord, adapter: string): boolean {
  return rules().via.some((rung) => rung.adapter === adapter && rung.resolves[about]);
}
