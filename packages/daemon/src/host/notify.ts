import type { FleetError, FleetEvent } from "@fleetbus/core";
import type { Delivery } from "@fleetbus/core/bus";
import { heldUntil } from "./course/judge.ts";
import { sendItems, type SendDeps } from "./course/send.ts";
import type { Effect } from "./effects/effect.ts";

/** What became of one event for one adapter. Times are milliseconds since 1970. */
export type Notified =
  | { readonly type: "sent"; readonly atMs: number }
  /** Quiet hours. */
  | { readonly type: "held"; readonly untilMs: number }
  /** It could not be sent now; to be asked again then. */
  | { readonly type: "later"; readonly untilMs: number; readonly reason: string }
  /** It will not be sent. */
  | { readonly type: "failed"; readonly reason: string };

/** How to notify. */
export interface NotifyHow {
  /** It tells that a state is over. */
  readonly isResolved: boolean;
  /** Nobody wants it any more. */
  readonly signal: AbortSignal;
}

/** What notifying needs of one instance. */
export type NotifyDeps = SendDeps & Parameters<typeof heldUntil>[0];

/** Asked again after this where nothing else says when. */
const againMs = 1000;

/**
 * One event for one instance, as if its route had brought it: quiet hours, daily cap, rate, breaker, back-off, delivery
 * record. It is sent once per event id, however often and by which run it is asked for; what came by the route too
 * counts. There is no delivery to come again: on `held` and `later` whoever asks asks again. What fails for good is no
 * dead letter, for what it tells of still stands where it came from. Rejects with `unavailable` without the server.
 */
export async function notifyOne(deps: NotifyDeps, event: FleetEvent, how: NotifyHow): Promise<Notified> {
  const known = settled(await deps.effects.find(event.id), deps.clock.now());
  if (known !== undefined) return known;
  const untilMs = heldUntil(deps, event);
  if (untilMs !== undefined) return { type: "held", untilMs };
  let backAtMs = deps.clock.now() + againMs;
  const back = (delayMs: number) => void (backAtMs = deps.clock.now() + Math.max(delayMs, againMs));
  const failures: FleetError[] = [];
  const onFailed: SendDeps["onFailed"] = (about, error) => {
    failures.push(error);
    deps.onFailed(about, error);
  };
  const alone: SendDeps = { ...deps, onFailed, bury: () => Promise.resolve(), onHeld: () => undefined };
  const item = { delivery: soloDelivery(event, back), event, isResolved: how.isResolved };
  await sendItems(alone, [item], how.signal);
  const reason = failures.at(-1)?.message ?? "it waits for its turn";
  const after = settled(await deps.effects.find(event.id), deps.clock.now());
  return after ?? { type: "later", untilMs: backAtMs, reason };
}

function settled(effect: Effect | undefined, nowMs: number): Notified | undefined {
  if (effect?.state === "done") return { type: "sent", atMs: effect.at };
  const reason = effect?.error ?? "it failed before";
  if (effect?.state === "dead") return { type: "failed", reason };
  const untilMs = effect?.state === "waiting" ? (effect.until ?? 0) : 0;
  return untilMs > nowMs ? { type: "later", untilMs, reason } : undefined;
}

/** Of no stream: to give it back is to ask for it later. */
function soloDelivery({ id }: FleetEvent, onBack: (delayMs: number) => void): Delivery {
  const nothing = () => Promise.resolve();
  return {
    ...{ subject: id, seq: 0, time: 0, headers: {}, data: new Uint8Array(), ackSubject: "", deliveries: 1 },
    ...{ ack: nothing, working: nothing },
    nak: async (delayMs) => onBack(delayMs ?? 0),
  };
}
