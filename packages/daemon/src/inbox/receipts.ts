import type { Clock, Message, Receipt } from "@fleetbus/core";
import type { Outbox } from "../disk/outbox.ts";
import type { Outgoing } from "@fleetbus/core/bus";

/** What a stage adds to a receipt. */
export type StageFacts = Pick<Receipt, "stage"> & Partial<Receipt>;

/** The message that a receipt is about, and how often it was offered. */
export interface About {
  readonly message: Pick<Message, "id" | "from" | "to">;
  readonly offers?: number | undefined;
}

/** Writes receipts: on disk before anything else, on the bus when there is one (DESIGN §5 Stages). */
export interface ReceiptWriter {
  /** Resolves when it is on disk. Never rejects; a receipt that cannot be written is logged, the message is not held up by it. */
  write(about: About, facts: StageFacts): Promise<void>;
  /** The same for many messages, at the price of one. */
  writeAll(about: readonly About[], facts: StageFacts): Promise<void>;
}

/** A writer through `outbox`. */
export function receiptWriter(deps: {
  readonly outbox: Outbox;
  readonly clock: Clock;
  encode(receipt: Receipt): Outgoing;
  count(stage: string): void;
  onError(error: unknown, doing: string): void;
}): ReceiptWriter {
  const encode = ({ message, offers }: About, facts: StageFacts) => {
    const { id, from, to } = message;
    const time = new Date(deps.clock.now()).toISOString();
    deps.count(facts.stage);
    return deps.encode({ id, from, to, time, ...(offers === undefined ? {} : { offers }), ...facts });
  };
  const writeAll = (all: readonly About[], facts: StageFacts) =>
    deps.outbox
      .add(all.map((about) => encode(about, facts)))
      .catch((error: unknown) => deps.onError(error, "writing a receipt"));
  return { write: (about, facts) => writeAll([about], facts), writeAll };
}
