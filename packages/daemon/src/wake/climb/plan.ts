import type { Clock, Rung, SessionRecord, TypedBody, WakeAttempt } from "@fleetbus/core";
import type { Lease } from "../../inbox/lease.ts";
import type { Budget } from "../budget.ts";

/** What came of one attempt: the prompt carried the nonce, an adapter chose not to act, or nothing was heard in time. */
export type AttemptResult =
  | { readonly how: "proved"; readonly rung: Rung }
  /** `hasActed`: it began to, and left it; that may be tried once more. */
  | { readonly how: "skipped"; readonly reason: string; readonly hasActed: boolean }
  | { readonly how: "silent" };

/** What the planner needs to know and do. */
export interface PlannerDeps {
  readonly machine: string;
  readonly clock: Clock;
  readonly perSession: Budget;
  readonly perFleet: Budget;
  session(name: string): SessionRecord | undefined;
  /** Messages of the session that may wake it, in the order of their offering. */
  wakeful(name: string): readonly Lease[];
  /** Neither paused, nor switched off, nor being answered at this moment. */
  mayWake(record: SessionRecord): boolean;
  /** The ways there are to wake it now, best first. */
  rungs(record: SessionRecord): readonly Rung[];
  /** Looks whether its hooks are silent; resolves when the record says so, or that was not to be seen. Never rejects. */
  listen(name: string): Promise<void>;
  text(record: SessionRecord, wakeful: readonly Lease[], nonce: string): string;
  /** What is typed in place of the text, where the session's mail is typed whole. */
  body?(record: SessionRecord, wakeful: readonly Lease[]): TypedBody | undefined;
  publish(attempt: WakeAttempt): Promise<void>;
  woken(leases: readonly Lease[], rung: Rung): void;
  /** Every rung was tried: the senders learn why it still sleeps. */
  asleep(leases: readonly Lease[], reason: string): void;
  onResult(rung: Rung, how: AttemptResult["how"]): void;
  onError(error: unknown, doing: string): void;
}

/** How a rung is tried. */
export interface RungRule {
  /** How long an attempt may take until its proof. */
  readonly deadlineMs: number;
  /** How often it may be made in one idle period. */
  readonly tries: number;
  /** After this long without a prompt, what was done is taken for lost; absent: `typedProofMs`. */
  readonly proofMs?: number;
}

/** Of every rung; a continuation is no attempt. */
export const rungRules: Readonly<Record<Rung, RungRule>> = {
  continuation: { deadlineMs: 0, tries: 0 },
  rewake: { deadlineMs: 4000, tries: 1 },
  // A Codex whose hooks run in its window's own process looks at its queue every ten seconds (0.169.0, seen).
  queue: { deadlineMs: 20_000, tries: 1, proofMs: 15_000 },
  socket: { deadlineMs: 4000, tries: 1 },
  tmux: { deadlineMs: 60_000, tries: 2 },
  zellij: { deadlineMs: 60_000, tries: 2 },
  // Once: without a screen nothing tells whether the text stands there, and an Enter may answer a dialog.
  pty: { deadlineMs: 60_000, tries: 1 },
  // Once: whether a second one is safe its author alone knows.
  custom: { deadlineMs: 60_000, tries: 1 },
};
/** After this long without a prompt, text that was typed is taken for not submitted. */
export const typedProofMs = 3000;
