import type { FleetEvent, SessionEventKind, SessionRecord } from "@fleetbus/core";
import { findNonces, isSessionEventKind, timeLimit } from "@fleetbus/core";
import type { Clock } from "@fleetbus/core";
import { untold, type Lease } from "../inbox/lease.ts";
import type { Mailbox } from "../inbox/mailbox.ts";
import { breakTurn, endTurn, inferOffers, watchOffers, type Evidence } from "../inbox/proof.ts";
import type { Change, Registry } from "../session/registry.ts";
import type { Cli, HookCall } from "./cli-port.ts";
import type { Continue } from "./continuation.ts";
import type { HookAnswer } from "./hooks.ts";

/** How long a Stop waits for the server to say what else is stored; then memory has to do. */
const barrierMs = 1200;

/** One hook's events with where they came from. */
export interface Heard {
  readonly call: HookCall;
  readonly cli: Cli;
  readonly events: readonly FleetEvent[];
  /** False for a dropped file: nobody reads an answer. */
  readonly isAnswered: boolean;
}

/** What was chosen for one answer. */
export interface Choice {
  readonly text: string;
  readonly leases: readonly Lease[];
  /** What did not fit. */
  readonly deferred: readonly Lease[];
}

/** What a conversation needs. */
export interface ConversationDeps {
  readonly registry: Registry;
  readonly evidence: Evidence;
  readonly clock: Clock;
  mailbox(name: string): Mailbox | undefined;
  /** Chooses and frames what may be offered at this event (core: order, fence); undefined: nothing. */
  choose(mailbox: Mailbox, at: OfferPoint): Choice | undefined;
  /** A continuation that fleet itself asked for is an event too. */
  readonly continued: Continue;
  /** Tells the wake planner. */
  prompted(name: string, nonces: readonly string[]): void;
  settled(change: Change): void;
  deferred(leases: readonly Lease[]): void;
  onError(error: unknown, doing: string): void;
}

/** Where in a turn something may be offered. */
export interface ChooseAt {
  readonly record: SessionRecord;
  readonly kind: SessionEventKind;
  readonly promptId: string | undefined;
  readonly maxBytes: number;
  /** The prompt bears the nonce of a wake. */
  readonly isWake: boolean;
  /** Whether the session's human asked to be shown what came in. */
  readonly showHuman: boolean;
}

/** Where in a turn it is, before the machine's own rules are known. */
export type OfferPoint = Omit<ChooseAt, "showHuman">;

/** The turns of this machine's sessions: what each event proves of their leases, and what its answer offers. */
export interface Conversation {
  /** Folds the events in and resolves with the answer, or undefined for none. */
  take(heard: Heard): Promise<HookAnswer | undefined>;
  /** For events that no hook told (an interrupt seen by a reader, a lost process). */
  note(event: FleetEvent): void;
}

/** The conversations of one daemon. */
export function conversation(deps: ConversationDeps): Conversation {
  const continuations = new Map<string, number>();
  return {
    take: async (heard) => {
      if (heard.cli.rules(heard.call.event).endsBatch) endBatch(heard, deps);
      const isQueued = isQueuedPrompt(heard, deps);
      const changes = heard.events.map((event) => fold(event, deps));
      const offered =
        isQueued || !heard.isAnswered ? undefined : await offerAt(heard, { deps, continuations });
      for (const change of changes) if (change !== undefined) deps.settled(change);
      return offered;
    },
    note: (event) => {
      const change = fold(event, deps);
      if (change !== undefined) deps.settled(change);
    },
  };
}

/** Folds one event and lets it prove, end or break what its session was offered. */
function fold(event: FleetEvent, deps: ConversationDeps): Change | undefined {
  const before = deps.registry.find(event.from.session);
  const nonces = noncesOf(event);
  if (nonces.length > 0) deps.prompted(event.from.session, nonces);
  const after = deps.registry.apply(event);
  // Unchanged: a sub-agent's, or one that came too late to say anything of now.
  if (after === undefined || after === before) return undefined;
  const mailbox = deps.mailbox(event.from.session);
  if (mailbox !== undefined) settleLeases(mailbox, { before, after, event }, deps);
  return { before, after, event };
}

/** Typed while a turn runs: it fires with that turn's id, and its context is lost if the human takes the prompt back. */
function isQueuedPrompt({ events }: Heard, deps: ConversationDeps): boolean {
  const event = events.at(-1);
  if (event?.kind !== "prompt.submitted") return false;
  const record = deps.registry.find(event.from.session);
  return (
    record?.state === "busy" && record.promptId !== undefined && record.promptId === event.data["promptId"]
  );
}

function endBatch({ events }: Heard, deps: ConversationDeps): void {
  const [event] = events;
  if (event !== undefined && event.data["agentId"] === undefined)
    deps.mailbox(event.from.session)?.endBatch();
}

function noncesOf(event: FleetEvent): readonly string[] {
  if (event.kind !== "prompt.submitted") return [];
  return typeof event.data["prompt"] === "string" ? findNonces(event.data["prompt"]) : [];
}

function settleLeases(mailbox: Mailbox, { before, after, event }: Change, deps: ConversationDeps): void {
  const proof = { mailbox, record: after, evidence: deps.evidence, clock: deps.clock };
  const run = (work: Promise<void>) =>
    mailbox.settle(work.catch((error: unknown) => deps.onError(error, `ending a turn of ${after.name}`)));
  const kind = event.kind;
  if (kind === "turn.stopped")
    run(endTurn(proof, { outcome: after.outcome ?? "done", ...lastTextOf(after) }));
  else if (kind === "turn.failed") run(breakTurn(proof, { outcome: "error", ...lastTextOf(after) }));
  else if (kind === "turn.interrupted") run(breakTurn(proof, { outcome: "interrupted" }));
  else if (kind === "turn.parked") run(breakTurn(proof, { outcome: "parked" }));
  else if (kind === "tool.started" || kind === "message.displayed") run(inferOffers(proof, kind));
  else if (kind === "prompt.submitted" && isUnnoticedEnd(before, event))
    run(breakTurn(proof, { outcome: "interrupted" }));
}

/** A prompt of another id while the session was busy: the turn before ended without any hook. */
function isUnnoticedEnd(before: SessionRecord | undefined, event: FleetEvent): boolean {
  const promptId = event.data["promptId"];
  return (
    before?.state === "busy" &&
    before.promptId !== undefined &&
    promptId !== undefined &&
    before.promptId !== promptId
  );
}

function lastTextOf(record: SessionRecord): { lastText?: string } {
  return record.lastText === undefined ? {} : { lastText: record.lastText };
}

interface Offering {
  readonly deps: ConversationDeps;
  readonly continuations: Map<string, number>;
}

async function offerAt(
  { call, cli, events }: Heard,
  { deps, continuations }: Offering,
): Promise<HookAnswer | undefined> {
  const rules = cli.rules(call.event);
  const event = events.at(-1);
  const name = event?.from.session ?? "";
  const record = deps.registry.find(name);
  const mailbox = deps.mailbox(name);
  if (!rules.takesContext || event === undefined || record === undefined || mailbox === undefined)
    return undefined;
  if (event.data["agentId"] !== undefined) return undefined;
  if (event.kind === "prompt.submitted") continuations.delete(name);
  if (rules.isContinuation && (continuations.get(name) ?? 0) >= cli.maxContinuations) return undefined;
  if (rules.isContinuation) await barrier(mailbox.catchUp(timeLimit(barrierMs)), deps);
  if (event.kind === "prompt.submitted")
    await barrier(Promise.all([mailbox.catchUp(timeLimit(barrierMs)), mailbox.settled()]), deps);
  if (!isSessionEventKind(event.kind)) return undefined;
  const { kind } = event;
  const isWake = noncesOf(event).length > 0;
  if (mailbox.waiting().length === 0) return undefined;
  await deps.evidence.look(record); // from here on the record is followed
  // No await between choosing and leasing: hooks of parallel tools come at once.
  const choice = deps.choose(mailbox, {
    record,
    kind,
    promptId: record.promptId,
    maxBytes: cli.maxContextBytes,
    isWake,
  });
  if (choice === undefined) return undefined;
  deps.deferred(untold(choice.deferred));
  const offer = { mailbox, record, choice, kind };
  const undo = await leaseOrTakeBack(offer, rules.isContinuation, deps);
  if (rules.isContinuation) continuations.set(name, (continuations.get(name) ?? 0) + 1);
  const rung = rules.isContinuation ? "continuation" : undefined;
  const settle = (isWritten: boolean) => settleOffer({ ...offer, undo, isWritten, rung }, deps);
  return { body: cli.answer(call.event, choice.text), settle };
}

interface MadeOffer {
  readonly mailbox: Mailbox;
  readonly record: SessionRecord;
  readonly choice: Choice;
  readonly kind: SessionEventKind;
}

/** Leases what was chosen, and continues the turn at a stop; gives what takes that back. What the disk refuses is taken back at once. */
async function leaseOrTakeBack(
  { mailbox, record, choice, kind }: MadeOffer,
  isContinuation: boolean,
  deps: ConversationDeps,
): Promise<() => void> {
  try {
    await mailbox.lease(choice.leases, kind, record.promptId);
    if (!isContinuation) return () => undefined;
    const ids = choice.leases.map((lease) => lease.message.id);
    return await deps.continued(record, ids);
  } catch (error) {
    mailbox.takeBack(choice.leases);
    throw error;
  }
}

/**
 * What was stored before this moment is held after it, or the server did not say so in time (DESIGN §5 No idle race); a
 * prompt right after Esc finds what Esc took from the turn before it, too.
 */
async function barrier(known: Promise<unknown>, deps: ConversationDeps): Promise<void> {
  await Promise.race([known, deps.clock.sleep(barrierMs)]);
}

interface Settling extends MadeOffer {
  readonly isWritten: boolean;
  readonly rung: string | undefined;
  undo(): void;
}

function settleOffer(
  { mailbox, record, choice, isWritten, rung, undo }: Settling,
  deps: ConversationDeps,
): void {
  if (!isWritten) {
    mailbox.takeBack(choice.leases);
    return undo();
  }
  mailbox.wrote(choice.leases, rung);
  const watch = watchOffers({ mailbox, record, evidence: deps.evidence, clock: deps.clock });
  void watch.catch((error: unknown) => deps.onError(error, `looking for proofs of ${record.name}`));
}
