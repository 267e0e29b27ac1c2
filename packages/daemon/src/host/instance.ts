import {
  bareNotice,
  FleetError,
  messageOf,
  toFleetError,
  type AdapterContext,
  type FleetEvent,
  type SendReceipt,
  type Sink,
  timeLimit,
} from "@fleetbus/core";
import type { AdapterView } from "@fleetbus/core/api";
import type { Adapter } from "@fleetbus/core";
import type { Consumer, Delivery } from "@fleetbus/core/bus";

const connectBackoffMs = [100, 500, 2000, 10_000, 30_000];
const retryBackoffMs = [1000, 2000, 5000, 10_000, 30_000, 60_000];
const maxTries = 10;
const maxOverlap = 64;
const sendTimeoutMs = 120_000;
const workingEveryMs = 20_000;

/** One configured adapter with what the host gives it. */
export interface InstanceDeps {
  readonly name: string;
  readonly adapter: Adapter;
  readonly config: unknown;
  readonly context: AdapterContext;
  readonly on: readonly string[];
  /** The durable consumers of what it takes. */
  consumers(): Promise<readonly Consumer[]>;
  decode(delivery: Delivery): FleetEvent;
  /** Takes over what can never be delivered; resolves when it lies in the dead letters. */
  bury(delivery: Delivery, reason: string): Promise<void>;
  onResult(event: FleetEvent, result: SendReceipt | FleetError): void;
}

/** A running adapter: connected with back-off, fed from its own durable consumers, failing by itself. */
export class Instance {
  private readonly deps: InstanceDeps;
  private readonly stopping = new AbortController();
  private readonly sending = new Set<Promise<void>>();
  private sink: Sink | undefined;
  private state: AdapterView["state"] = "connecting";
  private sent = 0;
  private failed = 0;
  private lastError: string | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(deps: InstanceDeps) {
    this.deps = deps;
  }

  start(): void {
    this.running = this.run().catch((error: unknown) => {
      if (!this.stopping.signal.aborted) this.fail(error);
    });
  }

  view(): AdapterView {
    const { name, adapter, on } = this.deps;
    const { state, sent, failed, lastError } = this;
    return {
      name,
      type: adapter.spec.type,
      state,
      on,
      sent,
      failed,
      ...(lastError === undefined ? {} : { lastError }),
    };
  }

  /** One send outside of the stream, for `fleet adapter test`; rejects with what the sink rejects. */
  async test(event: FleetEvent): Promise<SendReceipt> {
    if (this.sink === undefined)
      throw new FleetError(
        "unavailable",
        `testing adapter ${this.deps.name}: ${this.lastError ?? "not connected yet"}`,
      );
    return this.sink.send(event, timeLimit(sendTimeoutMs), bareNotice(event));
  }

  async stop(): Promise<void> {
    this.stopping.abort(new FleetError("unavailable", "the daemon is stopping"));
    await this.running;
    await Promise.all(this.sending);
    await this.sink?.close();
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    await this.connect(signal);
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        return await this.feedAll(signal);
      } catch (error) {
        signal.throwIfAborted();
        this.fail(error);
        await this.backOff(attempt, signal);
      }
    }
  }

  /** Ends when all streams do; where one breaks, all are left. */
  private async feedAll(signal: AbortSignal): Promise<void> {
    const consumers = await this.deps.consumers();
    const leaving = new AbortController();
    const ends = AbortSignal.any([signal, leaving.signal]);
    const feeds = consumers.map((consumer) => this.feed(consumer, { ends, signal }));
    await Promise.all(feeds).catch(async (error: unknown) => {
      leaving.abort();
      await Promise.allSettled(feeds);
      throw error;
    });
  }

  private async connect(signal: AbortSignal): Promise<void> {
    const { adapter, config, context } = this.deps;
    const { sink } = adapter.open(config, context);
    if (sink === undefined)
      throw new FleetError("config", `opening adapter ${this.deps.name}: it has no sink`);
    for (let attempt = 0; ; attempt += 1) {
      try {
        await sink.connect(signal);
        break;
      } catch (error) {
        signal.throwIfAborted();
        this.fail(error);
        await this.backOff(attempt, signal);
      }
    }
    this.sink = sink;
    this.state = "connected";
  }

  private backOff(attempt: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.deps.context;
    return clock.sleep(connectBackoffMs[Math.min(attempt, connectBackoffMs.length - 1)] ?? 1000, signal);
  }

  /** `signal` ends what is being sent too, `ends` only the stream. */
  private async feed(
    consumer: Consumer,
    { ends, signal }: { readonly ends: AbortSignal; readonly signal: AbortSignal },
  ): Promise<void> {
    const overlap = this.deps.adapter.spec.traits.ordered ? 1 : maxOverlap;
    for await (const delivery of consumer.consume(ends)) {
      const work: Promise<void> = this.deliver(delivery, signal).finally(() => this.sending.delete(work));
      this.sending.add(work);
      if (this.sending.size >= overlap) await Promise.race(this.sending);
    }
  }

  /** Never rejects. */
  private async deliver(delivery: Delivery, signal: AbortSignal): Promise<void> {
    const keepAlive = setInterval(() => void delivery.working().catch(() => undefined), workingEveryMs); // redelivered at worst
    try {
      const event = this.deps.decode(delivery);
      await this.send(event, delivery, signal);
    } catch (error) {
      await this.refuse(delivery, toFleetError(error)).catch((again: unknown) => this.fail(again));
    } finally {
      clearInterval(keepAlive);
    }
  }

  private async send(event: FleetEvent, delivery: Delivery, signal: AbortSignal): Promise<void> {
    try {
      const limit = AbortSignal.any([signal, timeLimit(sendTimeoutMs)]);
      const receipt = await this.sink?.send(event, limit, bareNotice(event));
      this.sent += 1;
      this.state = "connected";
      this.deps.onResult(event, receipt ?? { skipped: "not connected" });
      await delivery.ack();
    } catch (error) {
      if (signal.aborted) return delivery.nak();
      this.deps.onResult(event, toFleetError(error));
      throw error;
    }
  }

  private async refuse(delivery: Delivery, error: FleetError): Promise<void> {
    this.fail(error);
    if (error.isRetryable && delivery.deliveries < maxTries) {
      return delivery.nak(retryBackoffMs[Math.min(delivery.deliveries - 1, retryBackoffMs.length - 1)]);
    }
    await this.deps.bury(delivery, error.message);
    await delivery.ack();
  }

  private fail(error: unknown): void {
    this.failed += 1;
    this.state = "failing";
    this.lastError = messageOf(error);
    this.deps.context.log.warn({ adapter: this.deps.name, error: this.lastError }, "adapter failed");
  }
}
