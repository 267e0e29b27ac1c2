import type { SessionEventKind } from "@fleetbus/core";
import type { WorkTools } from "../work/work-tools.ts";
import { fieldAt } from "./field-at.ts";
import type { HookPayload, PayloadField } from "./payload.ts";

/** What a hook of an event may bring to the model: nothing; context with its next request; a turn that goes on although it was about to end. */
export type ContextRule = "none" | "adds" | "continues";

/**
 * How an answer is written (HOOKS.md, "Outputs"). `context`: `hookSpecificOutput.additionalContext`. `block`: a decision
 * to go on, with the text as its reason. `text`: the text alone. `json:<key>`: an object with the text under that key.
 */
export type AnswerShape = "context" | "block" | "text" | `json:${string}`;

/**
 * How a tool call that is about to run is denied, with a reason for the model; fleet does it for `--stop` messages alone.
 * `permission`: `hookSpecificOutput.permissionDecision`. `decision`: a decision beside its reason.
 */
export interface Denial {
  readonly event: string;
  readonly shape: "permission" | "decision";
  /** The longest reason that reaches the model whole, in bytes of UTF-8. */
  readonly maxBytes: number;
}

/** What one lifecycle event of a CLI means to a fleet. */
export interface CliEvent {
  readonly kind: SessionEventKind;
  /** Fields of the payload that the translation rests on, under the CLI's own names: a missing one is drift. */
  readonly needs: readonly string[];
  readonly context: ContextRule;
  readonly answer: AnswerShape;
  /** In the unit of the CLI's settings. The client ends itself well before. */
  readonly timeout: number;
  /** A batch of tool calls is over: what was offered inside it goes out with the next model request. */
  readonly endsBatch: boolean;
  /** What this payload says more exactly than `kind`; undefined: nothing to a fleet. */
  kindOf?(payload: HookPayload): SessionEventKind | undefined;
}

/** An agent CLI as data: all that is different from one to the next. */
export interface CliTable {
  /** Token of the wire's paths, of the client's arguments and of `cli` in events. */
  readonly name: string;
  readonly events: Readonly<Record<string, CliEvent>>;
  /** Where the CLI calls a field something else than fleet does; with dots, where it stands in others. */
  readonly fields: Partial<Readonly<Record<PayloadField, string>>>;
  /**
   * Hooks run as children of the session's own process: their pid and pane are the session's. `at a terminal`: where that
   * process has one; else it is shared by many sessions.
   */
  readonly isOwnProcess: boolean | "at a terminal";
  /** The transcript holds model requests in the shape that proves what was shown. */
  readonly hasProof: boolean;
  /** The longest context that reaches the model whole, in bytes of UTF-8. */
  readonly maxContextBytes: number;
  /** Turns in a row that fleet continues. */
  readonly maxContinuations: number;
  /** Absent: no tool call of it was seen to be denied. */
  readonly denial?: Denial;
  /** Absent: nothing is known of what its tools do. */
  readonly work?: WorkTools;
  /** Where its payloads name their event; else the hook's line does. */
  readonly eventField?: string;
  /** Payloads of somebody else that reach these hooks: they mean nothing here. */
  isForeign?(payload: Readonly<Record<string, unknown>>): boolean;
}

/** An event of a table, with what is usual. */
export function cliEvent(
  kind: SessionEventKind,
  needs: readonly string[],
  rest: Partial<Omit<CliEvent, "kind" | "needs">> = {},
): CliEvent {
  const usual = {
    context: "none",
    answer: "context",
    timeout: 10,
    endsBatch: false,
  } as const;
  return { ...usual, kind, needs, ...rest };
}

/** The event of that name, if it means something. */
export function eventOf({ events }: Pick<CliTable, "events">, name: string): CliEvent | undefined {
  return Object.hasOwn(events, name) ? events[name] : undefined;
}

/** Fields that a payload of this event lacks although the translation rests on them; empty for an event of no meaning. */
export function driftOf(
  table: Pick<CliTable, "events">,
  name: string,
  payload: Readonly<Record<string, unknown>>,
): readonly string[] {
  return (eventOf(table, name)?.needs ?? []).filter((field) => fieldAt(payload, field) === undefined);
}
