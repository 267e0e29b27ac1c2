import type { Clock } from "@fleetbus/core";
import type { Edge } from "../requests/edge.ts";
import { meLadder, type MeLadder } from "./ladder.ts";
import type { Matter } from "./matter.ts";
import { presenceOf } from "./presence.ts";
import { ladderRecords, type ClimbedRung } from "./record.ts";
import { terminalsOf } from "./terminals.ts";
import type { MeRules } from "./via.ts";
import { waitingOn } from "./waiting.ts";

/** What the ladders of a daemon need beside its parts. */
export interface MeOptions {
  readonly pace: Pick<Clock, "sleep">;
  /** As the config in force says. */
  rules(): MeRules;
}

/** The ladders of a daemon. A message's sender hears of each rung (`woken`) and of their end (`deferred`); nothing runs yet. */
export function meLadderOf(edge: Edge, { pace, rules }: MeOptions): MeLadder {
  const { clock, host, receipts, onError } = edge;
  const terminals = terminalsOf(edge);
  const tell = ({ message }: Matter, facts: Parameters<typeof receipts.write>[1]) =>
    message === undefined ? undefined : void receipts.write({ message }, facts);
  return meLadder({
    ...{ clock, pace, host, rules, onError },
    records: ladderRecords({ machine: edge.machine, bucket: () => edge.bus.bucket("effects") }),
    waiting: waitingOn(edge),
    presence: (pane) => presenceOf(terminals, pane),
    onSent: (matter, rung) => tell(matter, { stage: "woken", rung }),
    onEnded: (matter, climbed) => {
      const reason = `not read: ${climbed.map(toldBy).join(", ")}`;
      if (matter.message === undefined) onError(new Error(reason), `escalating ${matter.event.id}`);
      tell(matter, { stage: "deferred", reason });
    },
  });
}

function toldBy({ adapter, state, reason }: ClimbedRung): string {
  if (state === "sent") return `told by ${adapter}`;
  return `${adapter} could not tell${reason === undefined ? "" : ` (${reason})`}`;
}
