import { FleetError, toFleetError, type FleetEvent } from "@fleetbus/core";
import type { Delivery } from "@fleetbus/core/bus";
import type { BatchRecord } from "../effects/batch.ts";
import { batchesOf, type Batches } from "./batches.ts";
import { breaksThrough, eventPriority } from "@fleetbus/core";
import { giveBack, type Item } from "./item.ts";
import { judge, type JudgeDeps } from "./judge.ts";
import { sendItems, type SendDeps } from "./send.ts";

const laterMs = 5000;

/**
 * What happens to each event of an instance, in this order: decode, route, quiet hours, repetition, digest, daily cap,
 * rate and breaker, render, send, record, acknowledge. Nothing that was not sent is acknowledged, but what the route or
 * a repetition refuses and what lies in the dead letters.
 */
export interface Course {
  /** Resolves when the event does not need its place among those in hand any more. Never rejects. */
  take(delivery: Delivery, signal: AbortSignal): Promise<void>;
  /** How many wait for their digest. */
  waiting(): number;
  /** Takes up what an earlier run left; to be called before the first delivery. Rejects without the server. */
  recall(): Promise<void>;
  close(): Promise<void>;
}

/** What a course needs of one instance. */
export interface CourseDeps extends JudgeDeps, SendDeps {
  /** For what still waits in a digest when the instance stops. */
  readonly signal: AbortSignal;
  readonly batch: BatchRecord;
  decode(delivery: Delivery): FleetEvent;
  onSkipped(event: FleetEvent, reason: string): void;
}

/** The course of one instance. */
export function courseOf(deps: CourseDeps): Course {
  const { digest: windowMs } = deps.entry;
  const isForPeople = deps.adapter.spec.text !== undefined;
  const digests: Batches | undefined =
    windowMs === undefined || !isForPeople
      ? undefined
      : batchesOf({ ...deps, windowMs, send: (items) => sendItems(deps, items, deps.signal) });
  return {
    take: async (delivery, signal) => {
      try {
        const item = await admit(deps, delivery);
        if (item === undefined) return;
        const isUrgent = breaksThrough(eventPriority(item.event));
        if (digests === undefined || isUrgent) await sendItems(deps, [item], signal);
        else digests.add(item);
      } catch {
        await giveBack(delivery, deps.clock, laterMs); // the server is away: what was not decided comes again
      }
    },
    waiting: () => digests?.waiting() ?? 0,
    recall: async () => digests?.recall(),
    close: async () => digests?.close(),
  };
}

/** The event to send now; undefined where its delivery is settled. */
async function admit(deps: CourseDeps, delivery: Delivery): Promise<Item | undefined> {
  const event = decoded(deps, delivery);
  if (event instanceof FleetError) {
    await deps.bury(delivery, event.message);
    await delivery.ack();
    return undefined;
  }
  const verdict = await judge(deps, { event, delivery });
  if (verdict.type === "send") return { delivery, event, isResolved: verdict.isResolved };
  if (verdict.type === "skip") {
    deps.onSkipped(event, verdict.reason);
    await delivery.ack();
    return undefined;
  }
  if (verdict.reason === "quiet") deps.onHeld({ delivery, event, isResolved: false }, verdict.untilMs);
  await giveBack(delivery, deps.clock, verdict.untilMs - deps.clock.now());
  return undefined;
}

function decoded(deps: CourseDeps, delivery: Delivery): FleetEvent | FleetError {
  try {
    return deps.decode(delivery);
  } catch (error) {
    return toFleetError(error);
  }
}
