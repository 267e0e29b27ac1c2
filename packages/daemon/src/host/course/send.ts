import {
  toFleetError,
  type Clock,
  type FleetError,
  type FleetEvent,
  type SendReceipt,
  type Sink,
} from "@fleetbus/core";
import type { Delivery } from "@fleetbus/core/bus";
import type { Claim } from "../effects/claim.ts";
import type { DailyCount } from "../effects/daily.ts";
import type { Effects } from "../effects/effects.ts";
import type { ToldStore } from "../effects/told.ts";
import { withoutFile, type RunLogs, type ShownLog } from "../run-log/run-logs.ts";
import { attempt } from "./attempt.ts";
import { everyFew } from "./beat.ts";
import { isPausedError, type Gate } from "./gate.ts";
import { giveBack, letGo, type Item } from "./item.ts";
import { renderedOf, type RenderDeps } from "./notices.ts";
import { recordAll, recordOne } from "./record.ts";
import { settleFailed } from "./settle-failed.ts";

const beatMs = 15_000;
const takenMs = 10_000;
const againMs = 2000;

/** What sending needs of one instance. */
export interface SendDeps extends RenderDeps {
  readonly clock: Clock;
  readonly effects: Effects;
  readonly told: ToldStore;
  readonly gate: Gate;
  readonly daily?: DailyCount | undefined;
  readonly timeoutMs: number;
  /** What the far side has, and no record says so yet. */
  readonly unrecorded: Map<string, SendReceipt>;
  readonly runLogs?: RunLogs | undefined;
  random(): number;
  sink(): Sink;
  bury(delivery: Delivery, reason: string): Promise<void>;
  /** Nothing is to be sent there any more (HTTP 410). */
  onGone(error: FleetError): void;
  onSent(event: FleetEvent, receipt: SendReceipt): void;
  onFailed(event: FleetEvent, error: FleetError): void;
  /** It is back at the server until then. */
  onHeld(item: Item, untilMs: number): void;
}

/** An item that is this run's to send. */
export interface Claimed extends Item {
  readonly claim: Claim;
}

/**
 * Sends one event, or several as one, and settles their deliveries: acknowledged once the far side has them and the
 * record stands, or once they lie in the dead letters; else given back for later. Never rejects.
 */
export async function sendItems(deps: SendDeps, items: readonly Item[], signal: AbortSignal): Promise<void> {
  const stop = everyFew(beatMs, deps.clock, () =>
    Promise.all(items.map(({ delivery }) => delivery.working())),
  );
  try {
    await send(deps, items, signal);
  } catch (error) {
    // the server is away, the adapter is paused or the daemon stops: they come again
    if (!signal.aborted && !isPausedError(error)) deps.onFailed(firstOf(items).event, toFleetError(error));
    await Promise.all(
      items.map(({ delivery }) =>
        signal.aborted ? letGo(delivery) : giveBack(delivery, deps.clock, againMs),
      ),
    );
  } finally {
    stop();
  }
}

async function send(deps: SendDeps, items: readonly Item[], signal: AbortSignal): Promise<void> {
  const open = await withoutSettled(deps, items);
  if (open.length === 0) return;
  const day = await deps.daily?.take();
  if (day?.isFree === false) {
    for (const item of open) await hold(deps, item, day.untilMs);
    return;
  }
  let claimed: readonly Claimed[] = [];
  let receipt: SendReceipt | undefined;
  try {
    await deps.gate.enter(signal);
    claimed = await claimAll(deps, open);
    receipt = await sendClaimed(deps, claimed, signal);
  } finally {
    if (receipt === undefined) await deps.daily?.giveBack();
  }
  if (receipt !== undefined) await recordAll(deps, claimed, receipt);
}

/** What was sent before and not acknowledged (kill -9, a server that was away), or waits for its next try, takes no place in the rate. */
async function withoutSettled(deps: SendDeps, items: readonly Item[]): Promise<readonly Item[]> {
  const isOpen = await Promise.all(items.map(async (item) => !(await isSettled(deps, item))));
  return items.filter((_, index) => isOpen[index]);
}

async function isSettled(deps: SendDeps, item: Item): Promise<boolean> {
  const { delivery, event } = item;
  const unrecorded = deps.unrecorded.get(event.id);
  if (unrecorded !== undefined) {
    const result = await deps.effects.claim(event, delivery.seq);
    if (result.type === "mine") await recordOne(deps, { ...item, claim: result.claim }, unrecorded);
    else if (result.type === "waiting") await hold(deps, item, result.untilMs);
    else if (result.type === "taken") await giveBack(delivery, deps.clock, takenMs);
    else await forgetSent(deps, item); // the record stood, only the server's word of it was lost
    return true;
  }
  const known = delivery.deliveries === 1 ? undefined : await deps.effects.find(event.id);
  if (known === undefined) return false;
  const untilMs = deps.effects.waitsUntil(known);
  if (known.state === "done") await delivery.ack();
  else if (untilMs !== undefined) await hold(deps, item, untilMs);
  return known.state === "done" || untilMs !== undefined;
}

async function forgetSent(deps: SendDeps, { delivery, event }: Item): Promise<void> {
  deps.unrecorded.delete(event.id);
  await delivery.ack();
}

async function claimAll(deps: SendDeps, items: readonly Item[]): Promise<readonly Claimed[]> {
  const claimed: Claimed[] = [];
  for (const item of items) {
    const result = await deps.effects.claim(item.event, item.delivery.seq).catch((error: unknown) => {
      for (const { claim } of claimed) claim.drop();
      deps.gate.left();
      throw error;
    });
    if (result.type === "mine") claimed.push({ ...item, claim: result.claim });
    else if (result.type === "waiting") await hold(deps, item, result.untilMs);
    else if (result.type === "taken") await giveBack(item.delivery, deps.clock, takenMs);
    else if (result.type === "done") await item.delivery.ack();
    else await buryAgain(deps, item, result.effect.error ?? "it failed before");
  }
  return claimed;
}

async function buryAgain(deps: SendDeps, { delivery }: Item, reason: string): Promise<void> {
  await deps.bury(delivery, reason);
  await delivery.ack();
}

/** Undefined where the far side does not have them; they are settled then. */
async function sendClaimed(
  deps: SendDeps,
  items: readonly Claimed[],
  signal: AbortSignal,
): Promise<SendReceipt | undefined> {
  if (items.length === 0) {
    deps.gate.left();
    return undefined;
  }
  const stop = everyFew(beatMs, deps.clock, () => Promise.all(items.map(({ claim }) => claim.renew())));
  try {
    const receipt = await sendWithLog(deps, items, signal);
    deps.gate.answered();
    return receipt;
  } catch (error) {
    for (const { claim } of items) claim.drop();
    if (signal.aborted) {
      deps.gate.left();
      throw error;
    }
    await settleFailed(deps, items, toFleetError(error));
    return undefined;
  } finally {
    stop();
  }
}

/** With the full log of a run where that is wanted; without it where the far side finds it too large. */
async function sendWithLog(
  deps: SendDeps,
  items: readonly Claimed[],
  signal: AbortSignal,
): Promise<SendReceipt> {
  const { event } = firstOf(items);
  const { text } = deps.adapter.spec;
  const isAlone = items.length === 1 && text !== undefined;
  const log = isAlone ? await deps.runLogs?.(event, text.maxFileBytes ?? 0, signal) : undefined;
  try {
    return await sendAll(deps, items, { log, signal });
  } catch (thrown) {
    const error = toFleetError(thrown);
    if (log?.file === undefined || error.code !== "too_large" || signal.aborted) throw error;
    return sendAll(deps, items, { log: withoutFile(event, error), signal });
  }
}

interface Sending {
  readonly log: ShownLog | undefined;
  readonly signal: AbortSignal;
}

/** Every notice, from where an earlier try came to. */
async function sendAll(
  deps: SendDeps,
  items: readonly Claimed[],
  { log, signal }: Sending,
): Promise<SendReceipt> {
  const { event, notices } = renderedOf(deps, items, log);
  const { claim } = firstOf(items);
  const begin = items.length === 1 ? claim.effect.sent : 0;
  let receipt: SendReceipt = {};
  for (const [index, notice] of notices.entries()) {
    if (index < begin) continue;
    if (index > begin) await deps.gate.enter(signal);
    const sink = deps.sink();
    receipt = await attempt({ sink, event, notice, signal, timeoutMs: deps.timeoutMs });
    if (index < notices.length - 1) {
      deps.gate.answered();
      await claim.progress(index + 1);
    }
  }
  return receipt;
}

async function hold(deps: SendDeps, item: Item, untilMs: number): Promise<void> {
  deps.onHeld(item, untilMs);
  await giveBack(item.delivery, deps.clock, untilMs - deps.clock.now());
}

function firstOf<T>(items: readonly T[]): T {
  const [first] = items;
  if (first === undefined) throw new Error("sending nothing");
  return first;
}
