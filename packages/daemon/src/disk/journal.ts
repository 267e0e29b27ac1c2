import { z } from "zod";
import { outcomeSchema, stageSchema, type Clock } from "@fleetbus/core";
import type { AppendLog } from "./append-log.ts";
import { openLog } from "./append-log.ts";

const day = 24 * 60 * 60 * 1000;
const keepFinalMs = 15 * day;
const compactAfterBytes = 8 * 1024 * 1024;

const heldSchema = z.object({
  t: z.literal("held"),
  seq: z.int(),
  ack: z.string(),
  key: z.string(),
  offers: z.int(),
  /** How often it was before the model without an end: counts towards `dead`. */
  shows: z.int(),
  /** Its sender knows that it waits for room. */
  isDeferred: z.boolean().optional(),
});
const finalSchema = z.object({
  t: z.literal("final"),
  seq: z.int(),
  key: z.string(),
  stage: stageSchema,
  /** With `offers`, what its receipt said: so that the same one can be written again. */
  outcome: outcomeSchema.optional(),
  offers: z.int().optional(),
  at: z.number(),
});
const recordSchema = z.discriminatedUnion("t", [heldSchema, finalSchema]);

/** One delivery that this daemon holds: enough to give it back, and to mark it when it is offered again (DESIGN §5 Leases). */
export type HeldRecord = Omit<z.infer<typeof heldSchema>, "t">;
/** The end of one message for one mailbox. */
export type FinalRecord = Omit<z.infer<typeof finalSchema>, "t">;

/** What this daemon holds and has ended, on disk before the server is told. */
export interface Journal {
  /** Notes or updates a held delivery. Resolves when it is on disk. */
  hold(record: HeldRecord): Promise<void>;
  /** Notes an end; resolves when it is on disk. Only then may the delivery be acknowledged. */
  finish(record: FinalRecord): Promise<void>;
  /** What was noted of a delivery that was held before, by the mailbox whose key it is. */
  find(seq: number, key: string): HeldRecord | undefined;
  /** The end of the message `key`, if it had one within the last fortnight. */
  ended(key: string): FinalRecord | undefined;
  /** All that is held. */
  held(): readonly HeldRecord[];
  /** Forgets what is held of messages before `seq`: the stream has them no more. */
  forgetBefore(seq: number): void;
  close(): Promise<void>;
}

/** Opens the journal in `dir` with what an earlier daemon left unfinished. */
export async function openJournal(dir: string, clock: Clock): Promise<Journal> {
  const { log, records } = await openLog(dir, 1024 * 1024 * 1024);
  const journal = new DiskJournal(log, clock);
  for (const record of records) journal.restore(record);
  await journal.compact();
  return journal;
}

class DiskJournal implements Journal {
  private readonly log: AppendLog;
  private readonly clock: Clock;
  private readonly holding = new Map<string, HeldRecord>();
  private readonly finals = new Map<string, FinalRecord>();
  private compactAt = compactAfterBytes;

  constructor(log: AppendLog, clock: Clock) {
    this.log = log;
    this.clock = clock;
  }

  restore(bytes: Uint8Array): void {
    const record = recordSchema.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
    if (record.t === "held") this.holding.set(placeOf(record), record);
    else this.end(record);
  }

  async hold(record: HeldRecord): Promise<void> {
    this.holding.set(placeOf(record), record);
    await this.log.append(pack({ ...record, t: "held" }));
  }

  async finish(record: FinalRecord): Promise<void> {
    await this.log.append(pack({ ...record, t: "final" }));
    this.end(record);
    if (this.log.bytes() > this.compactAt) await this.compact().catch(() => this.compactLater());
  }

  find(seq: number, key: string): HeldRecord | undefined {
    return this.holding.get(placeOf({ seq, key }));
  }

  ended(key: string): FinalRecord | undefined {
    return this.finals.get(key);
  }

  held(): readonly HeldRecord[] {
    return [...this.holding.values()];
  }

  forgetBefore(seq: number): void {
    for (const [place, held] of this.holding) if (held.seq < seq) this.holding.delete(place);
  }

  async compact(): Promise<void> {
    const oldest = this.clock.now() - keepFinalMs;
    for (const [key, final] of this.finals) if (final.at < oldest) this.finals.delete(key);
    await this.log.rewrite(() => [
      ...[...this.holding.values()].map((record) => pack({ ...record, t: "held" })),
      ...[...this.finals.values()].map((record) => pack({ ...record, t: "final" })),
    ]);
    this.compactAt = Math.max(compactAfterBytes, 2 * this.log.bytes());
  }

  /** The end is noted all the same; what is too long is tried again when it has grown by as much. */
  private compactLater(): void {
    this.compactAt = this.log.bytes() + compactAfterBytes;
  }

  async close(): Promise<void> {
    await this.log.close();
  }

  private end(record: FinalRecord): void {
    this.holding.delete(placeOf(record));
    this.finals.set(record.key, record);
  }
}

/** A broadcast has one sequence for all its mailboxes. */
function placeOf({ seq, key }: Pick<HeldRecord, "seq" | "key">): string {
  return `${seq} ${key}`;
}

function pack(record: z.infer<typeof recordSchema>): Uint8Array {
  return Buffer.from(JSON.stringify(record));
}
