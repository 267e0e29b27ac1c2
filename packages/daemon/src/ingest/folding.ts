import { findNonces, type FleetEvent, type SessionRecord } from "@fleetbus/core";
import type { Mailbox } from "../inbox/mailbox.ts";
import { breakTurn, endTurn, inferOffers } from "../inbox/proof.ts";
import type { Change } from "../session/registry.ts";
import type { ConversationDeps } from "./conversation.ts";

/** Folds one event and lets it prove, end or break what its session was offered. */
export function fold(event: FleetEvent, deps: ConversationDeps): Change | undefined {
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

/** The nonces that a prompt bears. */
export function noncesOf(event: Pick<FleetEvent, "kind" | "data">): readonly string[] {
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
