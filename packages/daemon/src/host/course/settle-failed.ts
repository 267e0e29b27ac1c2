import { messageOf, nextTry, type FleetError } from "@fleetbus/core";
import { giveBack } from "./item.ts";
import type { Claimed, SendDeps } from "./send.ts";

/** What follows a send that the far side did not take: another try later, or the dead letters. Rejects where the server is away. */
export async function settleFailed(
  deps: SendDeps,
  items: readonly Claimed[],
  error: FleetError,
): Promise<void> {
  if (error.isRetryable) deps.gate.failed(error);
  else deps.gate.answered();
  for (const item of items) await settleOne(deps, item, error);
  if (error.details["isGone"] === true) deps.onGone(error);
}

async function settleOne(deps: SendDeps, item: Claimed, error: FleetError): Promise<void> {
  const { clock, random } = deps;
  const { claim, delivery, event } = item;
  const nowMs = clock.now();
  const next = nextTry(error, { count: claim.effect.tries, sinceMs: claim.effect.since }, { nowMs, random });
  deps.onFailed(event, error);
  if (typeof next !== "string") {
    await claim.wait(error.message, next.atMs);
    deps.onHeld(item, next.atMs);
    return giveBack(delivery, clock, next.atMs - nowMs);
  }
  const words = messageOf(error);
  await deps.bury(delivery, next === "late" ? `given up after 24 hours: ${words}` : words);
  await claim.dead(words, delivery.seq);
  await deps.told.forget(event);
  await delivery.ack();
}
