import { timeLimit, type Clock, type FleetEvent, type Message, type SessionRecord } from "@fleetbus/core";
import { z } from "zod";
import type { Sleeper } from "../wake/climb/planner.ts";
import { sleeperMatter, type Matter } from "./matter.ts";

/** What finding them needs of a daemon. */
export interface SleepersDeps {
  readonly clock: Pick<Clock, "now">;
  readonly planner: { sleepers(): readonly Sleeper[] };
  readonly registry: { find(name: string): SessionRecord | undefined };
  readonly mailboxes: { find(session: string): CaughtUp | undefined };
  /** What waits for a session and may wake it. */
  wakeful(name: string): readonly { readonly message: Message }[];
  /** As the config in force says. */
  isOn(): boolean;
}

/** What is asked of a mailbox. */
interface CaughtUp {
  catchUp(signal: AbortSignal): Promise<void>;
}

/** The sessions that nothing could wake though mail waits for them: the last rungs tell the human (DESIGN §6). */
export interface Sleepers {
  matters(): readonly Matter[];
  /** Whether what was told of one is over: its mail was taken, its idle period ended, or nobody wants to hear of it. */
  isOver(event: FleetEvent): Promise<boolean>;
}

/** A rung may come a moment later (a waiting hook that starts), and who sits before it may be about to type. */
const graceMs = 5000;
const readMs = 3000;
const periodSchema = z.object({ idleGeneration: z.int() });

/** Those of one machine. */
export function sleepersOf(deps: SleepersDeps): Sleepers {
  const caughtUp = new WeakSet<CaughtUp>();
  return {
    matters: () =>
      !deps.isOn()
        ? []
        : deps.planner.sleepers().flatMap((sleeper) => {
            const record = deps.registry.find(sleeper.name);
            const messages = deps.wakeful(sleeper.name).map(({ message }) => message);
            const isReady = deps.clock.now() - sleeper.sinceMs >= graceMs && messages.length > 0;
            return record === undefined || !isReady ? [] : [sleeperMatter(record, { ...sleeper, messages })];
          }),
    isOver: async ({ from, data }) => {
      const period = periodSchema.safeParse(data).data?.idleGeneration;
      const record = deps.registry.find(from.session);
      if (!deps.isOn() || record?.state !== "idle" || record.idleGeneration !== period) return true;
      const mailbox = deps.mailboxes.find(record.name);
      if (mailbox === undefined) return false; // not open yet: nobody knows
      if (!caughtUp.has(mailbox)) {
        const limit = timeLimit(readMs);
        await mailbox.catchUp(limit);
        if (limit.aborted) return false;
        caughtUp.add(mailbox);
      }
      return deps.wakeful(record.name).length === 0;
    },
  };
}
