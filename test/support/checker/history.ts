import type { Accepted } from "./account.ts";
import type { SeenOffer } from "./offers.ts";
import type { StoredReceipt } from "./stored.ts";

/** What is known of the messages of a run. */
export interface Known {
  readonly receipts: readonly StoredReceipt[];
  readonly offers: ReadonlyMap<string, readonly SeenOffer[]>;
  /** What each session was last saved as, by `<machine>/<session>`. */
  readonly states: ReadonlyMap<string, string>;
  /** How often a token lies in JetStream. */
  copies(token: string): number;
}

/**
 * How far a message came, in one line: `tok-a-1 01J…: stored 1; to lab/w1 (idle since …): stored …, offered …, shown …
 * (request); offer 3f… in request 12 of w1, answered`.
 */
export function historyOf(known: Known): (one: Accepted) => string {
  return ({ token, id }) => {
    const own = known.receipts.filter((receipt) => receipt.id === id);
    const targets = [...new Set(own.map(({ to }) => to))];
    const perTarget = targets.map((to) => {
      const stages = own.filter((receipt) => receipt.to === to).map(tellStage);
      return `to ${to} (${known.states.get(to) ?? "no session"}): ${stages.join(", ")}`;
    });
    const offers = (known.offers.get(token) ?? []).map(tellOffer);
    return [`${token} ${id}: stored ${known.copies(token)}`, ...perTarget, ...offers].join("; ");
  };
}

function tellStage({ stage, time, detail }: StoredReceipt): string {
  return `${stage} ${time}${detail === "" ? "" : ` (${detail})`}`;
}

function tellOffer({ nonce, session, seq, isMarked, wasAnswered }: SeenOffer): string {
  const end = wasAnswered ? "answered" : "never answered";
  return `offer ${nonce} in request ${seq} of ${session}, ${end}${isMarked ? ", marked as a repeat" : ""}`;
}
