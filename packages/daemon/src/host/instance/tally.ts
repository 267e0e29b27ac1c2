import { messageOf, type SendReceipt } from "@fleetbus/core";

/** What one instance did since it started. */
export interface Tally {
  sent: number;
  failed: number;
  skipped: number;
  /** The last send failed. */
  isFailing: boolean;
  lastError: string | undefined;
  /** Held back at the server, by stream sequence: until when. */
  readonly held: Map<number, number>;
  note(receipt: SendReceipt): void;
  fail(error: unknown): void;
}

/** Nothing done yet. */
export function newTally(): Tally {
  return {
    ...{ sent: 0, failed: 0, skipped: 0, isFailing: false, lastError: undefined, held: new Map() },
    note() {
      this.sent += 1;
      this.isFailing = false;
    },
    fail(error) {
      this.failed += 1;
      this.isFailing = true;
      this.lastError = messageOf(error);
    },
  };
}
