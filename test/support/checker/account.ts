import type { NatsConnection } from "nats";
import type { SeenRequest } from "../demo-model.ts";
import { historyOf } from "./history.ts";
import { offersIn, type SeenOffer } from "./offers.ts";
import { readReceipts, readStates, readStored } from "./stored.ts";

/** A message that fleet took: its sender was told so. */
export interface Accepted {
  readonly id: string;
  readonly token: string;
}

/** The account of a run: what the server and the model say of the messages that fleet took. */
export interface Account {
  readonly accepted: number;
  /** Of those, how many lie in JetStream; more than once: never. */
  readonly stored: number;
  readonly storedTwice: readonly string[];
  /** Of those, how many a model request held that was answered. */
  readonly seen: number;
  /** Of those, how many have a `done` receipt. */
  readonly done: number;
  /** Given up after 8 times before the model without an end. */
  readonly dead: readonly string[];
  /** Further offers that said so, and those that did not. */
  readonly markedRepeats: number;
  readonly unmarkedRepeats: readonly string[];
  /** Taken, and not before any model that answered; with how far they came. */
  readonly lost: readonly string[];
  /** Seen by a model, and the sender never heard of an end. */
  readonly unended: readonly string[];
}

/** Reads JetStream and the model's requests, and counts. */
export async function account(
  connection: NatsConnection,
  accepted: readonly Accepted[],
  requests: readonly SeenRequest[],
): Promise<Account> {
  const stored = await readStored(connection, "MAIN_INBOX");
  const receipts = await readReceipts(connection);
  const offers = offersIn(requests);
  const copies = (token: string) => stored.filter(({ text }) => text.includes(`${token} `)).length;
  const stagesOf = (id: string) => receipts.filter((receipt) => receipt.id === id).map(({ stage }) => stage);
  const isSeen = ({ token }: Accepted) => (offers.get(token) ?? []).some((offer) => offer.wasAnswered);
  const isDone = ({ id }: Accepted) => stagesOf(id).includes("done");
  const dead = accepted.filter(({ id }) => stagesOf(id).includes("dead"));
  const repeats = [...offers.values()].flatMap((each) => each.slice(1));
  const describe = historyOf({ receipts, offers, copies, states: await readStates(connection) });
  return {
    accepted: accepted.length,
    stored: accepted.filter(({ token }) => copies(token) > 0).length,
    storedTwice: accepted.filter(({ token }) => copies(token) > 1).map(describe),
    seen: accepted.filter(isSeen).length,
    done: accepted.filter(isDone).length,
    dead: dead.map(describe),
    markedRepeats: repeats.filter((offer) => offer.isMarked).length,
    unmarkedRepeats: repeats.filter((offer) => !offer.isMarked).map(tell),
    lost: accepted.filter((one) => !isSeen(one) && !dead.includes(one)).map(describe),
    unended: accepted.filter((one) => isSeen(one) && !isDone(one) && !dead.includes(one)).map(describe),
  };
}

/** The counts in one line. */
export function summary(found: Account): string {
  const { accepted, stored, seen, done, markedRepeats, unmarkedRepeats, dead, lost, unended } = found;
  const counts = `${accepted} accepted, ${stored} stored, ${seen} seen by the model, ${done} done`;
  const repeats = `${markedRepeats} repeats marked, ${unmarkedRepeats.length} unmarked`;
  return `${counts}; ${repeats}; ${dead.length} dead, ${unended.length} without an end, ${lost.length} lost`;
}

function tell({ token, nonce, session, seq }: SeenOffer): string {
  return `${token} again as ${nonce} in request ${seq} of ${session}`;
}
