import type { AnswerRules } from "@fleetbus/hooks";
import { isSessionEventKind, timeLimit, type SessionEventKind, type SessionRecord } from "@fleetbus/core";
import { untold } from "../inbox/lease.ts";
import type { Mailbox } from "../inbox/mailbox.ts";
import { watchOffers } from "../inbox/proof.ts";
import type { Cli } from "./cli-port.ts";
import type { Choice, ConversationDeps, Heard, OfferPoint } from "./conversation.ts";
import { noncesOf } from "./folding.ts";
import type { HookAnswer } from "./hooks.ts";

/** How long a Stop waits for the server to say what else is stored; then memory has to do. */
const barrierMs = 1200;

/** What offering works with. */
export interface Offering {
  readonly deps: ConversationDeps;
  /** How often fleet has continued each session's turn. */
  readonly continuations: Map<string, number>;
}

/** What one hook's answer offers of its session's inbox, leased; undefined for nothing. */
export async function offerAt(
  { call, cli, events }: Heard,
  { deps, continuations }: Offering,
): Promise<HookAnswer | undefined> {
  const event = events.at(-1);
  if (event === undefined || event.data["agentId"] !== undefined) return undefined;
  const name = event.from.session;
  // Also of a CLI that takes no context at its prompt, as Grok.
  if (event.kind === "prompt.submitted") continuations.delete(name);
  const rules = cli.rules(call.event);
  const record = deps.registry.find(name);
  const mailbox = deps.mailbox(name);
  const isAsked = rules.takesContext || rules.maxReasonBytes !== undefined;
  if (!isAsked || record === undefined || mailbox === undefined) return undefined;
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
  const point = { record, kind, promptId: record.promptId, isWake };
  const chosen = chooseAt({ rules, cli, point, choose: (at) => deps.choose(mailbox, at) });
  if (chosen === undefined) return undefined;
  const { choice, isDenial } = chosen;
  deps.deferred(untold(choice.deferred));
  const offer = { mailbox, record, choice, kind };
  const undo = await leaseOrTakeBack(offer, rules.isContinuation, deps);
  if (rules.isContinuation) continuations.set(name, (continuations.get(name) ?? 0) + 1);
  const rung = isDenial ? "denial" : rules.isContinuation ? "continuation" : undefined;
  const settle = (isWritten: boolean) => settleOffer({ ...offer, undo, isWritten, rung }, deps);
  const { text } = choice;
  return { body: (isDenial ? cli.deny(call.event, text) : cli.answer(call.event, text)) ?? "", settle };
}

interface Choosing {
  readonly rules: AnswerRules;
  readonly cli: Cli;
  readonly point: Omit<OfferPoint, "maxBytes" | "isGuard">;
  choose(at: OfferPoint): Choice | undefined;
}

/** A denial comes before what goes along with the call (DESIGN §5 Modes). */
function chooseAt({ rules, cli, point, choose }: Choosing) {
  const { maxReasonBytes, takesContext } = rules;
  const denial =
    maxReasonBytes === undefined ? undefined : choose({ ...point, maxBytes: maxReasonBytes, isGuard: true });
  if (denial !== undefined) return { choice: denial, isDenial: true };
  const choice = takesContext
    ? choose({ ...point, maxBytes: cli.maxContextBytes, isGuard: false })
    : undefined;
  return choice === undefined ? undefined : { choice, isDenial: false };
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
  for (const lease of choice.pointedTo ?? []) lease.hasDenied = true;
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
    for (const lease of choice.pointedTo ?? []) lease.hasDenied = false;
    return undo();
  }
  mailbox.wrote(choice.leases, rung);
  const watch = watchOffers({ mailbox, record, evidence: deps.evidence, clock: deps.clock });
  void watch.catch((error: unknown) => deps.onError(error, `looking for proofs of ${record.name}`));
}
