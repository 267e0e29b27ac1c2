import { FleetError } from "@fleetbus/core";
import { claudeEvents, isClaudeEvent } from "./events.ts";

/**
 * The longest context that reaches the model whole, in bytes of UTF-8. Claude Code 2.1.329 replaces one over 10,000
 * UTF-16 units by the path of a file and its first 2 KB (seen: 9,999 passes, 10,001 does not); the rest is margin.
 */
export const maxContextBytes = 9_500;

/**
 * How often in a row fleet continues a turn. Claude overrides a hook after 8 continuations; one is left to the user's
 * own hooks.
 */
export const maxContinuations = 7;

/** What the daemon may do at an event. */
export interface AnswerRules {
  /** Whether context is honoured there: only then are leases taken. */
  readonly takesContext: boolean;
  /** Answering there continues a turn that was about to end. */
  readonly isContinuation: boolean;
  /** A batch of tool calls is over: what was offered inside it goes out with the next model request. */
  readonly endsBatch: boolean;
}

/** The rules at an event; at one that the table does not know, nothing is honoured. */
export function claudeRules(event: string): AnswerRules {
  const context = isClaudeEvent(event) ? claudeEvents[event].context : "none";
  return {
    takesContext: context !== "none",
    isContinuation: context === "continues",
    endsBatch: event === "PostToolBatch",
  };
}

/** What a hook offers the model: context, or the reason why a tool call is denied (`--stop` messages only). */
export type ClaudeOffer = { readonly context: string } | { readonly deny: string };

/**
 * What the hook prints so that Claude Code gives the offer to the model. At Stop the context continues the turn, as
 * feedback and not as an error. Never an "allow": the only decision is the denial at PreToolUse.
 * Throws `too_large` over maxContextBytes, and `usage` where the event honours no such answer.
 */
export function answerClaude(event: string, offer: ClaudeOffer): string {
  const text = "deny" in offer ? offer.deny : offer.context;
  const isHonoured = "deny" in offer ? event === "PreToolUse" : claudeRules(event).takesContext;
  if (!isHonoured) throw new FleetError("usage", `answering claude's ${event}: it honours no such answer`);
  const bytes = Buffer.byteLength(text);
  if (bytes > maxContextBytes) throw tooLarge(event, bytes);
  const output = "deny" in offer ? denial(text) : { additionalContext: text };
  return JSON.stringify({ hookSpecificOutput: { hookEventName: event, ...output } });
}

function denial(text: string) {
  return { permissionDecision: "deny", permissionDecisionReason: text };
}

function tooLarge(event: string, bytes: number): FleetError {
  return new FleetError(
    "too_large",
    `answering claude's ${event}: ${bytes} bytes, at most ${maxContextBytes} reach the model`,
  );
}
