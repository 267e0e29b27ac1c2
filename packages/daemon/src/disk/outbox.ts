import { toFleetError, type Clock, type FleetError } from "@fleetbus/core";
import type { Bus, Outgoing, Stored } from "@fleetbus/core/bus";
import type { AppendLog, OpenedLog } from "./append-log.ts";
import { openLog } from "./append-log.ts";
import { bell } from "../life/bell.ts";
import { packAck, packEntry, unpack, type Entry } from "./outbox-record.ts";

/** How many publishes are under way at once; the server stores them in the order they were sent. */
const window = 32;
const compactAfterBytes = 4 * 1024 * 1024;
const ackEveryMs = 200;

/** What the outbox needs. */
export interface OutboxOptions {
  readonly dir: string;
  readonly maxBytes: number;
  readonly clock: Clock;
  /** Takes over what the server will never take: it is pending until this resolves, and tried again if it rejects. */
  onRefused(outgoing: Outgoing, error: FleetError): Promise<void>;
}

/**
 * The spool: everything that this machine publishes and may not lose is on its disk first, and goes to the server in
 * order, at least once, under its own dedupe id, whenever there is one (DESIGN §8).
 */
export interface Outbox {
  /** Resolves when all of them are on disk; rejects with `storage` when they are not. */
  add(outgoing: readonly Outgoing[]): Promise<void>;
  /** What is on disk and not yet acknowledged by the server, oldest first. */
  pending(): readonly Outgoing[];
  bytes(): number;
  /** Damaged ends found at the start. */
  readonly torn: number;
  /** Sends to `bus` until the signal aborts. One caller at a time. */
  drain(bus: Bus, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Opens the spool in `options.dir` with whatever an earlier run left there. */
export async function openOutbox(options: OutboxOptions): Promise<Outbox> {
  const opened = await openLog(options.dir, options.maxBytes);
  return new DiskOutbox(options, opened);
}

class DiskOutbox implements Outbox {
  readonly torn: number;
  private readonly options: OutboxOptions;
  private readonly log: AppendLog;
  private readonly entries = new Map<number, Outgoing>();
  private readonly durable = new Set<number>();
  private next = 1;
  private acked = 0;
  private ackTimer: NodeJS.Timeout | undefined;
  private readonly arrival = bell();

  constructor(options: OutboxOptions, opened: OpenedLog) {
    this.options = options;
    this.log = opened.log;
    this.torn = opened.torn;
    for (const record of opened.records) this.restore(unpack(record));
  }

  async add(outgoing: readonly Outgoing[]): Promise<void> {
    const entries = outgoing.map((each): Entry => ({ number: this.next++, outgoing: each }));
    for (const entry of entries) this.entries.set(entry.number, entry.outgoing);
    try {
      await Promise.all(entries.map((entry) => this.log.append(packEntry(entry))));
    } catch (error) {
      for (const entry of entries) this.entries.delete(entry.number);
      throw error;
    }
    for (const entry of entries) this.durable.add(entry.number);
    this.arrival.ring();
  }

  pending(): readonly Outgoing[] {
    return [...this.entries.values()];
  }

  bytes(): number {
    return this.log.bytes();
  }

  async drain(bus: Bus, signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      if (this.durable.size === 0) await this.arrival.wait(signal);
      if (this.durable.size === 0) continue;
      const isSent = bus.isConnected() && (await this.sendWindow(bus));
      failures = isSent ? 0 : failures + 1;
      if (!isSent) await this.pause(Math.min(50 * 2 ** failures, 2000), signal);
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.ackTimer);
    if (this.acked > 0) await this.log.append(packAck(this.acked)).catch(() => undefined); // sent again and deduplicated
    await this.log.close();
  }

  private restore(record: Entry | number): void {
    if (typeof record !== "number") {
      this.next = Math.max(this.next, record.number + 1);
      this.entries.set(record.number, record.outgoing);
      this.durable.add(record.number);
      return;
    }
    for (const number of this.entries.keys()) if (number <= record) this.forget(number);
  }

  /** Sends the oldest entries and forgets the acknowledged head; false when something must be tried again. */
  private async sendWindow(bus: Bus): Promise<boolean> {
    const batch = this.head();
    const results = await Promise.allSettled(batch.map(([, outgoing]) => bus.publish(outgoing)));
    for (const [index, result] of results.entries()) {
      const [number, outgoing] = batch[index] ?? [];
      if (number === undefined || outgoing === undefined) continue;
      if (!(await this.settle(outgoing, result))) return false;
      this.forget(number);
      this.acked = Math.max(this.acked, number);
      this.noteAckSoon();
    }
    return true;
  }

  /** The oldest entries up to the first that is not on disk yet: none overtakes another. */
  private head(): readonly (readonly [number, Outgoing])[] {
    const batch: (readonly [number, Outgoing])[] = [];
    for (const entry of this.entries) {
      if (batch.length === window || !this.durable.has(entry[0])) break;
      batch.push(entry);
    }
    return batch;
  }

  private async settle(outgoing: Outgoing, result: PromiseSettledResult<Stored>): Promise<boolean> {
    if (result.status === "fulfilled") return true;
    const error = toFleetError(result.reason);
    if (error.isRetryable || error.code === "internal") return false;
    const handOver = () => this.options.onRefused(outgoing, error);
    return handOver().then(
      () => true,
      () => false, // its copy here is the only one: tried again
    );
  }

  private forget(number: number): void {
    this.entries.delete(number);
    this.durable.delete(number);
  }

  /** Acknowledgements are noted late: what is sent twice is deduplicated, a sync per event would cost a hook its budget. */
  private noteAckSoon(): void {
    this.ackTimer ??= setTimeout(() => {
      this.ackTimer = undefined;
      void this.noteAck().catch(() => undefined); // the next one covers it
    }, ackEveryMs).unref();
  }

  private async noteAck(): Promise<void> {
    if (this.log.bytes() > compactAfterBytes && this.entries.size < 1000) {
      return this.log.rewrite(() =>
        [...this.entries].map(([number, outgoing]) => packEntry({ number, outgoing })),
      );
    }
    return this.log.append(packAck(this.acked));
  }

  private async pause(ms: number, signal: AbortSignal): Promise<void> {
    await this.options.clock.sleep(ms, signal).catch(() => undefined); // aborted: the loop ends
  }
}
