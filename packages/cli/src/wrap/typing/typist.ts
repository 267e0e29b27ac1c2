import type { Clock, TypedBody } from "@fleetbus/core";
import { emptyDraft, foldDraft, submitted } from "../composer/draft.ts";
import { foldPasteMode, plainPaste } from "../composer/paste-mode.ts";
import { decide, type Sight } from "./decide.ts";

/** A line to type, and Enter. */
export interface TypingJob {
  readonly line: string;
  /** In place of it where the command takes pastes in brackets: line ends are text there. */
  readonly body?: TypedBody | undefined;
  /** In milliseconds since 1970. */
  readonly idleSinceMs: number | undefined;
  readonly pasteWaitMs: number;
  /** Called with each new reason. */
  onWaiting(reason: string): void;
  /** Asked right before typing. */
  isWanted(): Promise<boolean>;
}

/** Why nothing was typed; undefined where it was, with Enter. */
export type Untyped = string | undefined;

/** The hand that types into the command's terminal, between the person's keys. */
export interface Typist {
  /** The person's input: it goes on at once, or behind the line that is just being typed. */
  typed(input: Buffer): void;
  /** What the command printed. */
  printed(output: Buffer): void;
  /** The command has ended. */
  end(): void;
  /** Waits until that is safe, for ever. One job at a time. Rejects with the signal's reason. */
  type(job: TypingJob, signal: AbortSignal): Promise<Untyped>;
}

/** What it works with. */
export interface TypistDeps {
  readonly clock: Clock;
  /** Into the command's terminal. */
  write(input: Buffer | string): void;
  /** How long the command must have printed nothing: 0 where its hooks tell that it is idle. */
  quietMs(): number;
  /** Something was submitted: what the person typed, or ours with the messages that were typed whole. */
  onSubmit(own?: { readonly line: string; readonly messages: readonly string[] }): void;
  onPrint(): void;
}

/** The typist of one terminal that nothing was typed into yet. */
export function typist({ clock, write, quietMs, onSubmit, onPrint }: TypistDeps): Typist {
  let draft = emptyDraft;
  let pasteMode = plainPaste;
  let lastKeyAt = Number.NEGATIVE_INFINITY;
  let lastPrintAt = Number.NEGATIVE_INFINITY;
  let submittedAtMs: number | undefined;
  let hasEnded = false;
  /** What the person types while a line is typed. */
  let held: Buffer[] | undefined;
  let ring: () => void = () => undefined;

  const typed = (input: Buffer) => {
    if (held !== undefined) return void held.push(input);
    write(input);
    const folded = foldDraft(draft, input);
    if (folded.hasKey) lastKeyAt = clock.monotonic();
    const hasSubmitted = folded.draft.openings !== draft.openings;
    if (hasSubmitted) submittedAtMs = clock.now();
    draft = folded.draft;
    if (hasSubmitted) onSubmit();
    ring();
  };
  const sightOf = ({ idleSinceMs }: TypingJob, isWanted: boolean | undefined): Sight => {
    const restMs = clock.monotonic() - lastKeyAt;
    const quietInMs = Math.max(0, quietMs() - (clock.monotonic() - lastPrintAt));
    return { hasEnded, draft, restMs, quietInMs, submittedAtMs, idleSinceMs, isWanted };
  };
  const change = async (ms: number | undefined, signal: AbortSignal) => {
    const rung = new AbortController();
    ring = () => rung.abort();
    const either = AbortSignal.any([signal, rung.signal]);
    await clock.sleep(ms ?? longMs, either).catch(() => signal.throwIfAborted());
  };
  /** Whole, whoever hangs up meanwhile: a text without its Enter would stand in the person's way. */
  const press = async ({ line, body, pasteWaitMs }: TypingJob) => {
    held = [];
    const whole = pasteMode.isBracketed ? body : undefined;
    write(pasteMode.isBracketed ? `\u001b[200~${whole?.text ?? line}\u001b[201~` : line);
    await clock.sleep(pasteWaitMs);
    if (!hasEnded) write("\r");
    draft = submitted(draft);
    submittedAtMs = clock.now();
    onSubmit({ line, messages: whole?.messages ?? [] });
    const late = held;
    held = undefined;
    late.forEach(typed);
  };
  const type = async (job: TypingJob, signal: AbortSignal): Promise<Untyped> => {
    for (let told = ""; ;) {
      let decision = decide(sightOf(job, undefined));
      if (decision.is === "ask") decision = decide(sightOf(job, await job.isWanted()));
      signal.throwIfAborted();
      if (decision.is === "never") return decision.reason;
      if (decision.is === "type") return press(job).then(() => undefined);
      if (decision.is === "wait") {
        if (decision.reason !== told) job.onWaiting(decision.reason);
        told = decision.reason;
        await change(decision.retryInMs, signal);
      }
    }
  };
  return {
    typed,
    type,
    printed: (output) => {
      lastPrintAt = clock.monotonic();
      pasteMode = foldPasteMode(pasteMode, output);
      onPrint();
    },
    end: () => {
      hasEnded = true;
      ring();
    },
  };
}

/** It is woken by each key. */
const longMs = 24 * 60 * 60 * 1000;
