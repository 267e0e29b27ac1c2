import {
  bareNotice,
  FleetError,
  messageOf,
  type FleetEvent,
  type Notice,
  type SendReceipt,
  type Sink,
} from "@fleetbus/core";
import type { AdapterView } from "@fleetbus/core/api";
import type { Delivery } from "@fleetbus/core/bus";
import { connectSink, untilDone } from "./connect.ts";
import { attempt } from "../course/attempt.ts";
import { giveBack } from "../course/item.ts";
import { renderedOf } from "../course/notices.ts";
import { runFeeds, type Feed } from "./feed.ts";
import { takeHot } from "./hot.ts";
import { notifyOne, type Notified, type NotifyHow } from "../notify.ts";
import { partsOf, type InstanceDeps, type InstanceParts } from "./parts.ts";
import type { Pause } from "./pause.ts";
import { deliveryView, machineViews, viewOf } from "../view.ts";

const maxOverlap = 64;
const pausedMs = 5000;

/** A running adapter: connected with back-off, fed from its own durable consumers, failing by itself. */
export class Instance {
  private readonly deps: InstanceDeps;
  private readonly parts: InstanceParts;
  private readonly stopping = new AbortController();
  private readonly sending = new Set<Promise<void>>();
  private sink: Sink | undefined;
  private paused: Pause | undefined;
  /** The server knows of it. */
  private isPauseKept = false;
  private running: Promise<void> = Promise.resolve();
  private reclaim: () => Promise<unknown> = () => Promise.resolve();

  constructor(deps: InstanceDeps) {
    this.deps = deps;
    this.parts = partsOf(deps, {
      signal: this.stopping.signal,
      sink: () => this.connected(),
      onGone: (error) => this.gone(error),
    });
  }

  start(): void {
    this.running = this.run().catch((error: unknown) => {
      if (!this.stopping.signal.aborted) this.fail(error);
    });
  }

  view(): AdapterView {
    const { deps, parts, paused } = this;
    return viewOf({
      deps,
      parts,
      paused,
      isConnected: this.sink !== undefined,
      nowMs: deps.context.clock.now(),
    });
  }

  /** Its last deliveries and what waits, as the server knows them. Rejects with `unavailable`. */
  async show(count: number): Promise<AdapterView> {
    await this.readPause();
    const { listening, bus } = this.deps;
    const consumers = listening.kinds.length === 0 ? [] : await bus.consumers("EVENTS");
    const own = consumers.find(({ name }) => name === listening.consumer);
    const last = await this.parts.effects.list(count);
    return {
      ...this.view(),
      pending: (own?.pending ?? 0) + (own?.ackPending ?? 0),
      ...machineViews(await this.parts.share.machines(), this.deps.machine),
      last: last.map(deliveryView),
    };
  }

  /** What it would send. */
  render(event: FleetEvent): readonly Notice[] {
    if (isWake(event)) return [bareNotice(event)];
    return renderedOf(this.deps, [{ event, isResolved: false }]).notices;
  }

  /** Other machines whose entries take an event. Rejects with `unavailable`. */
  async takers(event: FleetEvent): Promise<readonly string[]> {
    return this.parts.share.takers(event);
  }

  /** One send outside of the stream; rejects with what the sink rejects. */
  async send(event: FleetEvent): Promise<SendReceipt> {
    let receipt: SendReceipt = {};
    const signal = this.stopping.signal;
    const sink = this.connected();
    for (const notice of this.render(event))
      receipt = await attempt({ sink, event, notice, signal, timeoutMs: this.deps.sendTimeoutMs });
    return receipt;
  }

  /** As `notifyOne`; `later` while it is paused or not connected. */
  async notify(event: FleetEvent, how: NotifyHow): Promise<Notified> {
    const untilMs = this.deps.context.clock.now() + pausedMs;
    if (this.paused !== undefined) await this.readPause();
    if (this.paused !== undefined)
      return { type: "later", untilMs, reason: `it is paused: ${this.paused.reason}` };
    if (this.sink === undefined)
      return { type: "later", untilMs: untilMs - pausedMs + 1000, reason: "it is not connected yet" };
    const signal = AbortSignal.any([how.signal, this.stopping.signal]);
    return notifyOne(this.parts.sending, event, { ...how, signal });
  }

  /** As the server knows it now, or while it is away as it was before. Never rejects. */
  async isPaused(): Promise<boolean> {
    await this.readPause().catch(() => undefined); // away: as it was
    return this.paused !== undefined;
  }

  /** Sends nothing any more until it is resumed, on all machines that share it and over restarts. */
  async pause(reason: string): Promise<void> {
    const pause = { reason, at: this.deps.context.clock.now() };
    this.paused = pause;
    this.parts.gate.shut();
    this.deps.announce("adapter.paused", { reason });
    await this.parts.pauses.set(pause);
    this.isPauseKept = true;
  }

  /** What is held back is judged anew: when it is quiet may have changed. Rejects with `unavailable`. */
  async reconsider(): Promise<void> {
    await this.reclaim();
  }

  async resume(): Promise<void> {
    await this.parts.pauses.lift();
    this.open();
    this.deps.announce("adapter.resumed", {});
  }

  /** Ends within the time that stopping may take, also where the far side hangs. What was not acknowledged comes again. */
  async stop(): Promise<void> {
    const { clock } = this.deps.context;
    this.stopping.abort(new FleetError("unavailable", "the adapter is stopping"));
    const over = new AbortController();
    const late = clock.sleep(this.deps.stopWithinMs, over.signal).catch(() => undefined); // ended in time
    const ended = this.finish().catch((error: unknown) => this.fail(error));
    await Promise.race([ended, late]);
    over.abort();
  }

  /** Stays so here, and is told to the server as soon as it listens. */
  private gone(error: FleetError): void {
    const onFailed = (again: unknown) => this.fail(again);
    const work = () => this.pause(error.message);
    untilDone(this.deps, { work, onFailed }, this.stopping.signal).catch(() => undefined); // stopping
  }

  private async finish(): Promise<void> {
    await this.running;
    await Promise.all([...this.sending, this.parts.course.close()]);
    await this.sink?.close();
  }

  private async run(): Promise<void> {
    const { deps, sending } = this;
    const { signal } = this.stopping;
    const onFailed = (error: unknown) => this.fail(error);
    this.sink = await connectSink(deps, onFailed, signal);
    this.parts.tally.isFailing = false;
    const overlap = deps.adapter.spec.traits.ordered ? 1 : maxOverlap;
    const work = async () => runFeeds(await this.feeds(), { overlap, sending }, signal);
    const stop = this.parts.share.renewing();
    await untilDone(deps, { work, onFailed }, signal).finally(stop);
  }

  private async feeds(): Promise<readonly Feed[]> {
    const { bus, listening } = this.deps;
    const { hot, kinds } = listening;
    const feeds: Feed[] = [];
    if (hot !== undefined)
      feeds.push({
        consumer: await bus.consumer(hot),
        take: (delivery, signal) => takeHot(this.parts.hot, delivery, signal),
      });
    if (kinds.length === 0) return feeds;
    const consumer = await this.parts.share.open();
    await this.readPause();
    await this.recallRest();
    await this.parts.course.recall();
    this.reclaim = () => consumer.reclaim();
    await consumer.reclaim(); // of a run that ended without a word; what it had claimed is free
    feeds.push({ consumer, take: (delivery, signal) => this.take(delivery, signal) });
    return feeds;
  }

  private async recallRest(): Promise<void> {
    const { gate, rests } = this.parts;
    if (this.deps.isChanged) return rests.forget();
    const rest = await rests.read();
    if (rest !== undefined) gate.recall(rest);
  }

  private async take(delivery: Delivery, signal: AbortSignal): Promise<void> {
    this.parts.tally.held.delete(delivery.seq);
    if (this.paused !== undefined) await this.readPause().catch(() => undefined); // asked again with the next delivery
    if (this.paused !== undefined) return giveBack(delivery, this.deps.context.clock, pausedMs);
    await this.parts.course.take(delivery, signal);
  }

  /** Another machine may have paused or resumed what this one shares with it. */
  private async readPause(): Promise<void> {
    if (this.paused !== undefined && !this.isPauseKept) return;
    const found = await this.parts.pauses.read();
    if (found === undefined && this.paused !== undefined) this.open();
    if (found !== undefined) this.parts.gate.shut();
    this.paused = found;
    this.isPauseKept = found !== undefined;
  }

  private open(): void {
    this.paused = undefined;
    this.isPauseKept = false;
    this.parts.gate.open();
  }

  private connected(): Sink {
    if (this.sink !== undefined) return this.sink;
    const { lastError } = this.parts.tally;
    throw new FleetError(
      "unavailable",
      `sending by adapter ${this.deps.context.name}: ${lastError ?? "not connected yet"}`,
    );
  }

  private fail(error: unknown): void {
    this.parts.tally.fail(error);
    const { name, log } = this.deps.context;
    log.warn({ adapter: name, error: messageOf(error) }, "adapter failed");
  }
}

function isWake(event: FleetEvent): boolean {
  return event.kind.startsWith("wake.");
}
