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
import type { Consumer, Delivery } from "@fleetbus/core/bus";
import { attempt } from "./course/attempt.ts";
import { giveBack } from "./course/item.ts";
import { renderedOf } from "./course/notices.ts";
import { takeHot } from "./hot.ts";
import { partsOf, type InstanceDeps, type InstanceParts } from "./parts.ts";
import type { Pause } from "./pause.ts";
import { deliveryView, viewOf } from "./view.ts";

const connectBackoffMs = [100, 500, 2000, 10_000, 30_000];
const maxOverlap = 64;
const pausedMs = 5000;

/** What is consumed, and what is done with each delivery. */
interface Feed {
  readonly consumer: Consumer;
  take(delivery: Delivery, signal: AbortSignal): Promise<void>;
}

/** A running adapter: connected with back-off, fed from its own durable consumers, failing by itself. */
export class Instance {
  private readonly deps: InstanceDeps;
  private readonly parts: InstanceParts;
  private readonly stopping = new AbortController();
  private readonly sending = new Set<Promise<void>>();
  private sink: Sink | undefined;
  private paused: Pause | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(deps: InstanceDeps) {
    this.deps = deps;
    this.parts = partsOf(deps, {
      signal: this.stopping.signal,
      sink: () => this.connected(),
      onGone: (error) => void this.pause(error.message).catch((again: unknown) => this.fail(again)),
    });
  }

  start(): void {
    this.running = this.run().catch((error: unknown) => {
      if (!this.stopping.signal.aborted) this.fail(error);
    });
  }

  view(): AdapterView {
    const { deps, parts, paused } = this;
    return viewOf({ deps, parts, paused, isConnected: this.sink !== undefined });
  }

  /** Its last deliveries and what waits, as the server knows them. Rejects with `unavailable`. */
  async show(count: number): Promise<AdapterView> {
    this.paused = await this.parts.pauses.read();
    const { listening, bus } = this.deps;
    const consumers = listening.events === undefined ? [] : await bus.consumers("EVENTS");
    const own = consumers.find(({ name }) => name === listening.consumer);
    const last = await this.parts.effects.list(count);
    return {
      ...this.view(),
      pending: (own?.pending ?? 0) + (own?.ackPending ?? 0),
      last: last.map(deliveryView),
    };
  }

  /** What it would send. */
  render(event: FleetEvent): readonly Notice[] {
    if (isWake(event)) return [bareNotice(event)];
    return renderedOf(this.deps, [{ event, isResolved: false }]).notices;
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

  /** Sends nothing any more until it is resumed, on all machines that share it and over restarts. */
  async pause(reason: string): Promise<void> {
    const pause = { reason, at: this.deps.context.clock.now() };
    this.paused = pause;
    this.parts.gate.shut();
    this.deps.announce("adapter.paused", { reason });
    await this.parts.pauses.set(pause);
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

  private async finish(): Promise<void> {
    await this.running;
    await Promise.all([...this.sending, this.parts.course.close()]);
    await this.sink?.close();
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    await this.connect(signal);
    for (let tries = 0; !signal.aborted; tries += 1) {
      try {
        return await this.feedAll(signal);
      } catch (error) {
        signal.throwIfAborted();
        this.fail(error);
        await this.backOff(tries, signal);
      }
    }
  }

  /** Ends when all streams do; where one breaks, all are left. */
  private async feedAll(signal: AbortSignal): Promise<void> {
    const feeds = await this.feeds();
    const leaving = new AbortController();
    const ends = AbortSignal.any([signal, leaving.signal]);
    const running = feeds.map((feed) => this.feed(feed, { ends, signal }));
    await Promise.all(running).catch(async (error: unknown) => {
      leaving.abort();
      await Promise.allSettled(running);
      throw error;
    });
  }

  private async feeds(): Promise<readonly Feed[]> {
    const { bus, listening } = this.deps;
    const { hot, events } = listening;
    const feeds: Feed[] = [];
    if (hot !== undefined)
      feeds.push({
        consumer: await bus.consumer(hot),
        take: (delivery, signal) => takeHot(this.parts.hot, delivery, signal),
      });
    if (events === undefined) return feeds;
    const consumer = await bus.consumer(events);
    this.paused = await this.parts.pauses.read();
    if (this.paused !== undefined) this.parts.gate.shut();
    await consumer.reclaim(); // of a run that ended without a word; what it had claimed is free
    feeds.push({ consumer, take: (delivery, signal) => this.take(delivery, signal) });
    return feeds;
  }

  private async take(delivery: Delivery, signal: AbortSignal): Promise<void> {
    this.parts.tally.held.delete(delivery.seq);
    if (this.paused !== undefined && !(await this.isResumed())) return giveBack(delivery, pausedMs);
    await this.parts.course.take(delivery, signal);
  }

  /** Another machine may have resumed what this one shares with it. */
  private async isResumed(): Promise<boolean> {
    try {
      if ((await this.parts.pauses.read()) !== undefined) return false;
    } catch {
      return false; // asked again with the next delivery
    }
    this.open();
    return true;
  }

  private open(): void {
    this.paused = undefined;
    this.parts.gate.open();
  }

  /** `signal` ends what is being sent too, `ends` only the stream. */
  private async feed(
    { consumer, take }: Feed,
    { ends, signal }: { readonly ends: AbortSignal; readonly signal: AbortSignal },
  ): Promise<void> {
    const overlap = this.deps.adapter.spec.traits.ordered ? 1 : maxOverlap;
    const own = new Set<Promise<void>>();
    for await (const delivery of consumer.consume(ends)) {
      const work: Promise<void> = take(delivery, signal).finally(() => {
        own.delete(work);
        this.sending.delete(work);
      });
      own.add(work);
      this.sending.add(work);
      if (own.size >= overlap) await Promise.race(own);
    }
  }

  private async connect(signal: AbortSignal): Promise<void> {
    const { adapter, config, context } = this.deps;
    const { sink } = adapter.open(config, context);
    if (sink === undefined) throw new FleetError("config", `opening adapter ${context.name}: it has no sink`);
    for (let tries = 0; ; tries += 1) {
      try {
        await sink.connect(signal);
        break;
      } catch (error) {
        signal.throwIfAborted();
        this.fail(error);
        await this.backOff(tries, signal);
      }
    }
    this.sink = sink;
    this.parts.tally.isFailing = false;
  }

  private connected(): Sink {
    if (this.sink !== undefined) return this.sink;
    const { lastError } = this.parts.tally;
    throw new FleetError(
      "unavailable",
      `sending by adapter ${this.deps.context.name}: ${lastError ?? "not connected yet"}`,
    );
  }

  private backOff(tries: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.deps.context;
    return clock.sleep(connectBackoffMs[Math.min(tries, connectBackoffMs.length - 1)] ?? 1000, signal);
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
