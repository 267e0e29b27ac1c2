import { type Clock, type SessionEventKind, type SessionRecord, timeLimit } from "@fleetbus/core";
import { transcriptQuietMs } from "@fleetbus/hooks";
import type { Lease, Offer, TurnEnd } from "./lease.ts";
import type { Mailbox } from "./mailbox.ts";

/** What a CLI's own record of a conversation says of the offers made in it (Claude: its transcript). */
export interface Sight {
  /** Nonces that were in a model request. */
  readonly requested: ReadonlySet<string>;
  /** Nonces that an answer of the model follows on the conversation's live chain. */
  readonly answered: ReadonlySet<string>;
  /** Nonces without an answer that the conversation holds all the same: its next request carries them by itself. */
  readonly kept: ReadonlySet<string>;
}

/** Where proofs come from. */
export interface Evidence {
  /** What the record says now; undefined where this CLI or version keeps none: then `shown` is inferred from later events. */
  look(record: SessionRecord): Promise<Sight | undefined>;
  /** Resolves when the record may say more, or when the signal aborts. */
  change(record: SessionRecord, signal: AbortSignal): Promise<void>;
  /** Whether the conversation went back to before a nonce, or was compacted since, by what was read so far. */
  hasLost(record: SessionRecord, nonce: string): boolean;
  /** Nothing is open any more: what was read so far need not be kept. */
  forget(record: SessionRecord): void;
}

/** What proving needs. */
export interface ProofDeps {
  readonly mailbox: Mailbox;
  readonly record: SessionRecord;
  readonly evidence: Evidence;
  readonly clock: Clock;
  /** How waiting for a record is limited; absent, by real time. */
  readonly limit?: typeof timeLimit;
}

/** How long a turn's record may take to reach the disk after its end (HOOKS.md §8: 92–338 ms were seen). */
const flushMs = 3000;
/** A record that goes on being written is not waited for longer than this. */
const settleMs = 1000;
/** How long a first turn's record may take to be there at all. */
const appearMs = 500;
/** A watch for proofs gives up after this long; the end of the turn looks again. */
const watchMs = 10 * 60_000;

/** Turns model requests into `shown` for as long as there are offers without a proof. */
export async function watchOffers(deps: ProofDeps): Promise<void> {
  const signal = limitOf(deps)(watchMs);
  const isOpen = () => deps.mailbox.held().some((lease) => lease.phase === "offered");
  while (isOpen() && !signal.aborted) {
    const sight = await deps.evidence.look(deps.record);
    // A record that is kept may be missing yet: a first turn makes its file.
    if (sight === undefined && deps.record.transcript === undefined) return;
    if (sight !== undefined) proveAll(deps, sight);
    if (isOpen()) await deps.evidence.change(deps.record, signal);
  }
}

/** Infers `shown` from an event that needs a model answer, only where the CLI keeps no record that could prove it. */
export async function inferOffers(deps: ProofDeps, kind: SessionEventKind): Promise<void> {
  const isOpen = deps.mailbox.held().some((lease) => lease.phase === "offered");
  if (isOpen && (await deps.evidence.look(deps.record)) === undefined) deps.mailbox.infer(kind);
}

/** Ends the leases of a turn that ended by itself; what no model request held is offered again (DESIGN §5). */
export async function endTurn(deps: ProofDeps, end: TurnEnd): Promise<void> {
  const lost = takeLost(deps);
  const { unproved, ended } = deps.mailbox.endTurn(end);
  await allOf([ended, endLate(deps, { lost, unproved, end }), endKept(deps, end)]);
  forgetWhenQuiet(deps);
}

/**
 * The turn before was broken off, and whether the model answered is still being found out (a person who goes on at once, a
 * turn of a second): what the conversation turns out to have kept was in this turn's requests, and ends with it.
 */
async function endKept(deps: ProofDeps, end: TurnEnd): Promise<void> {
  const certain = await deps.mailbox.certain();
  if (certain.length === 0) return;
  const lost = takeLost(deps);
  const kept = certain.filter((lease) => lease.phase === "shown" && lease.end === undefined);
  await allOf([...kept.map((lease) => deps.mailbox.finish(lease, end)), deps.mailbox.offerAgain(lost)]);
}

interface Late {
  readonly lost: readonly Lease[];
  readonly unproved: readonly Lease[];
  readonly end: TurnEnd;
}

/** Ends what is proved after its turn, and offers the rest again: also where nobody can say what was proved. */
async function endLate(deps: ProofDeps, { lost, unproved, end }: Late): Promise<void> {
  const looked = proveLate(deps, unproved);
  await looked.catch(() => undefined); // rejects below
  // No await between these: what a watch proves meanwhile would neither end nor be offered again.
  const shown = unproved.filter((lease) => lease.phase === "shown");
  const again = [...lost, ...unproved.filter((lease) => lease.phase === "unproved")];
  const finished = shown.map((lease) => deps.mailbox.finish(lease, end));
  await allOf([looked, ...finished, deps.mailbox.offerAgain(again)]);
}

/**
 * Ends the leases of a turn that was interrupted or failed: only what the model answered to is done. What an interrupted
 * conversation still holds reaches the model with its next request, and ends with that turn; the rest is offered again.
 */
export async function breakTurn(deps: ProofDeps, end: TurnEnd): Promise<void> {
  const isOpen = ({ phase, end: own }: Lease) =>
    phase === "offered" || (phase === "shown" && own === undefined);
  const open = deps.mailbox.held().filter(isOpen);
  if (open.length === 0) return;
  const broken = settleBroken(deps, { open, end });
  deps.mailbox.doubt(open, broken);
  await broken;
  forgetWhenQuiet(deps);
}

interface Broken {
  readonly open: readonly Lease[];
  readonly end: TurnEnd;
}

async function settleBroken(deps: ProofDeps, { open, end }: Broken): Promise<void> {
  const sight = await settledSight(deps);
  if (sight !== undefined) proveAll(deps, sight);
  const isAnswered = ({ offer }: Lease) => offer !== undefined && sight?.answered.has(offer.nonce) === true;
  const rest = open.filter((lease) => !isAnswered(lease));
  const kept = end.outcome === "interrupted" && sight !== undefined ? keepHeld(deps, rest, sight) : [];
  const finished = open.filter(isAnswered).map((lease) => deps.mailbox.finish(lease, end));
  await allOf([...finished, deps.mailbox.offerAgain(rest.filter((lease) => !kept.includes(lease)))]);
}

/** Waits for all of it, whatever goes wrong with one; then rejects with the first that did. */
async function allOf(works: readonly Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(works);
  await Promise.all(works);
}

/** Those that the conversation holds on to, noted as such. */
function keepHeld({ record, evidence }: ProofDeps, leases: readonly Lease[], sight: Sight): readonly Lease[] {
  const isHeld = ({ nonce, keptIn }: Offer) =>
    sight.kept.has(nonce) || (isSameConversation(record, keptIn) && !evidence.hasLost(record, nonce));
  const kept = leases.filter(({ offer }) => offer !== undefined && isHeld(offer));
  for (const { offer } of kept)
    if (offer !== undefined && record.transcript !== undefined) offer.keptIn = record.transcript;
  return kept;
}

/**
 * Those that were kept, and that the conversation of the turn that has just ended did not hold: another one was begun
 * (/clear), or it was compacted or rewound. From here on they do not count as shown.
 */
function takeLost({ mailbox, record, evidence }: ProofDeps): readonly Lease[] {
  const isLost = ({ nonce, keptIn }: Offer) =>
    keptIn !== undefined && (!isSameConversation(record, keptIn) || evidence.hasLost(record, nonce));
  const lost = mailbox
    .held()
    .filter(({ phase, offer, end }) => phase === "shown" && end === undefined && offer && isLost(offer));
  for (const lease of lost) lease.phase = "unproved";
  return lost;
}

function isSameConversation({ transcript }: SessionRecord, keptIn: string | undefined): boolean {
  return keptIn !== undefined && keptIn === transcript;
}

function forgetWhenQuiet({ mailbox, evidence, record }: ProofDeps): void {
  if (mailbox.held().every((lease) => lease.phase === "waiting")) evidence.forget(record);
}

/** Looks for the proofs of a finished turn until all are there or the record has had time to reach the disk. */
async function proveLate(deps: ProofDeps, unproved: readonly Lease[]): Promise<void> {
  const limit = limitOf(deps);
  const flushed = limit(flushMs);
  const absent = deps.record.transcript === undefined ? AbortSignal.abort() : limit(appearMs);
  while (unproved.some((lease) => lease.phase === "unproved")) {
    const sight = await deps.evidence.look(deps.record);
    if (sight === undefined && absent.aborted) return inferAll(deps, unproved);
    if (sight !== undefined) proveAll(deps, sight);
    if (flushed.aborted) return;
    const over = sight === undefined ? absent : flushed;
    if (unproved.some((lease) => lease.phase === "unproved")) await deps.evidence.change(deps.record, over);
  }
}

/** What the record says once nothing more is being added to it. */
async function settledSight(deps: ProofDeps): Promise<Sight | undefined> {
  const { clock, evidence, record } = deps;
  const latest = clock.monotonic() + settleMs;
  for (;;) {
    const quiet = limitOf(deps)(transcriptQuietMs);
    await evidence.change(record, quiet);
    if (quiet.aborted || clock.monotonic() > latest) return evidence.look(record);
  }
}

function limitOf({ limit = timeLimit }: ProofDeps): typeof timeLimit {
  return limit;
}

function proveAll({ mailbox }: ProofDeps, sight: Sight): void {
  for (const nonce of sight.requested) mailbox.prove(nonce, "request");
}

function inferAll({ mailbox }: ProofDeps, leases: readonly Lease[]): void {
  for (const { offer } of leases) if (offer) mailbox.prove(offer.nonce, "inferred");
}
