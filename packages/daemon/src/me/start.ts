import type { Clock } from "@fleetbus/core";
import { wakefulLeases } from "../inbox/choose.ts";
import type { Edge } from "../requests/edge.ts";
import { meLadder, type MeLadder } from "./ladder.ts";
import type { Matter } from "./matter.ts";
import { sleepersOf } from "./sleepers.ts";
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
  const sleepers = sleepersOf({
    ...{ clock, planner: edge.planner, registry: edge.registry, mailboxes: edge.mailboxes },
    wakeful: (name) => wakefulLeases(edge.mailboxes.find(name), clock.now()),
    isOn: () => edge.settings().config.wake.tell_me,
  });
  return meLadder({
    ...{ clock, pace, host, rules, onError },
    records: ladderRecords({ machine: edge.machine, bucket: () => edge.bus.bucket("effects") }),
    waiting: waitingOn(edge, sleepers),
    presence: (pane) => presenceOf(terminals, pane),
    onSent: (matter, rung) => tell(matter, { stage: "woken", rung }),
    onEnded: (matter, climbed) => {
      const reason = `not read: ${climbed.map(toldBy).join(", ")}`;
      // Its messages were deferred with the reason when it was given up.
      if (matter.about === "sleeper") return;
      if (matter.message === undefined) onError(new Error(reason), `escalating ${matter.event.id}`);
      tell(matter, { stage: "deferred", reason });
    },
  });
}

function toldBy({ adapter, state, reason }: ClimbedRung): string {
  if (state === "sent") return `told by ${adapter}`;
  return `${adapter} could not tell${reason === undefined ? "" : ` (${reason})`}`;
}
