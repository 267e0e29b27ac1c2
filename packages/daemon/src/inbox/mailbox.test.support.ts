import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeMessage, encodeMessage, type Message, type Receipt } from "@fleetbus/core";
import { inboxConsumer, type Consumer, type ConsumerStatus } from "@fleetbus/core/bus";
import { fakeClock, memoryBus } from "@fleetbus/core/testing";
import { openJournal, type Journal } from "../disk/journal.ts";
import { Mailbox } from "./mailbox.ts";
import type { About, StageFacts } from "./receipts.ts";
import { sourceFrom } from "./filling/source.ts";

/** A mailbox's surroundings: a bus in memory, a journal on disk, and an account of what senders are told. */
export interface Surroundings {
  readonly bus: ReturnType<typeof memoryBus>;
  readonly clock: ReturnType<typeof fakeClock>;
  /** As `<id> <stage> <proof or outcome>`. */
  readonly stages: string[];
  readonly buried: string[];
  journal: Journal;
  /** When a receipt counts as written. */
  receiptOnDisk: Promise<void>;
  /** Fetches that the server answers with nothing, whatever it has stored. */
  blindFetches: number;
  /** The consumer with that weakness. */
  lateBy(consumer: Consumer): Consumer;
  /** A mailbox as a daemon opens it. */
  open(): Promise<Mailbox>;
  /** As after a restart. */
  reopenJournal(): Promise<void>;
  say(id: string, extra?: Partial<Message>): Promise<unknown>;
  message(id: string, extra?: Partial<Message>): Message;
  pending(): Promise<ConsumerStatus | undefined>;
  close(): Promise<void>;
}

const owner = { machine: "lab", session: "web" };

/** Makes them anew. */
export async function surroundings({ depth = 1000 } = {}): Promise<Surroundings> {
  const dir = await mkdtemp(join(tmpdir(), "fleet-mailbox-"));
  const clock = fakeClock();
  const bus = memoryBus({ ns: "main", clock });
  const made: Surroundings = {
    ...{ bus, clock, stages: [], buried: [], receiptOnDisk: Promise.resolve(), blindFetches: 0 },
    lateBy: (consumer) => ({
      ...consumer,
      fetch: (options) => {
        if (made.blindFetches === 0) return consumer.fetch(options);
        made.blindFetches -= 1;
        return Promise.resolve([]);
      },
    }),
    journal: await openJournal(dir, clock),
    open: () => openMailbox(made, depth),
    reopenJournal: async () => {
      await made.journal.close();
      made.journal = await openJournal(dir, clock);
    },
    message: (id, extra = {}) => messageOf(clock.now(), id, extra),
    say: (id, extra) => bus.publish(encodeMessage("main", made.message(id, extra))),
    pending: async () => (await bus.consumers("INBOX"))[0],
    close: async () => {
      await made.journal.close();
      await bus.close();
      await rm(dir, { recursive: true });
    },
  };
  return made;
}

/** Offers all that waits, as a prompt's hook does. */
export async function offer(mailbox: Mailbox): Promise<void> {
  const chosen = mailbox.waiting();
  for (const lease of chosen) mailbox.prepare(lease, "prompt.submitted", "p1");
  await mailbox.lease(chosen, "prompt.submitted", "p1");
}

/** Proves the first held message by a request. */
export function prove(mailbox: Mailbox): void {
  mailbox.prove(mailbox.held()[0]?.offer?.nonce ?? "", "request");
}

async function openMailbox(made: Surroundings, depth: number): Promise<Mailbox> {
  const shape = inboxConsumer("main", owner);
  const tell = ({ message }: About, facts: StageFacts) =>
    made.stages.push(`${message.id} ${facts.stage}${labelOf(facts)}`);
  return new Mailbox(owner, {
    source: sourceFrom([{ consumer: made.lateBy(await made.bus.consumer(shape)), isGiven: () => true }]),
    ownerAt: () => owner,
    lastStored: () => made.bus.lastSeq("INBOX", shape.subjects),
    journal: made.journal,
    clock: made.clock,
    depth: () => depth,
    receipts: {
      write: (about, facts) => {
        tell(about, facts);
        return made.receiptOnDisk;
      },
      writeAll: (all, facts) => {
        for (const about of all) tell(about, facts);
        return made.receiptOnDisk;
      },
    },
    decode: (delivery) => decodeMessage("main", delivery),
    bury: async (delivery, reason) => {
      made.buried.push(reason);
      await delivery.ack();
    },
    isAddressed: () => true,
    onArrival: () => undefined,
    onError: (error) => {
      throw error;
    },
  });
}

function labelOf({ proof, outcome }: Partial<Receipt>): string {
  return (proof ?? outcome) ? ` ${proof ?? outcome}` : "";
}

function messageOf(nowMs: number, id: string, extra: Partial<Message>): Message {
  const from = { machine: "lab", session: "api" };
  const what = {
    kind: "request",
    type: "message",
    priority: "normal",
    mode: "turn",
    origin: "agent",
  } as const;
  return {
    id,
    to: owner,
    from,
    ...what,
    body: `do ${id}`,
    time: new Date(nowMs).toISOString(),
    hop: 0,
    thread: id,
    ...extra,
  };
}
