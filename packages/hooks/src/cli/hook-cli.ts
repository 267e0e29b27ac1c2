import { FleetError, hookWord } from "@fleetbus/core";
import { fieldAt } from "./field-at.ts";
import { driftOf, eventOf, type AnswerShape, type CliTable } from "./table.ts";
import { translate, type TranslatableRequest, type Translated } from "./translate.ts";

/** What the daemon may do at an event. */
export interface AnswerRules {
  /** Whether context is honoured there: only then are leases taken. */
  readonly takesContext: boolean;
  /** Answering there continues a turn that was about to end. */
  readonly isContinuation: boolean;
  /** A batch of tool calls is over: what was offered inside it goes out with the next model request. */
  readonly endsBatch: boolean;
  /** The longest reason with which a tool call can be denied there, in bytes of UTF-8; absent: none can. */
  readonly maxReasonBytes?: number;
}

/** One agent CLI as the daemon uses it: pure, no I/O. */
export interface HookCli extends Pick<
  CliTable,
  "name" | "isOwnProcess" | "maxContextBytes" | "maxContinuations"
> {
  /** The event's own name in the CLI: some payloads say it, and a hook's line can hold letters only. */
  nameOf(request: TranslatableRequest): string;
  /** Throws `malformed` for a payload it cannot read. */
  translate(request: TranslatableRequest): readonly Translated[];
  /** Fields that the translation rests on and this payload lacks: the CLI changed them. Never of somebody else's payload. */
  missing(request: TranslatableRequest): readonly string[];
  /** At an event that the table does not know, nothing is honoured. */
  rules(event: string): AnswerRules;
  /**
   * What the hook prints so that `text` reaches the model whole. Never an "allow". Throws `too_large` over
   * maxContextBytes, and `usage` where the event honours no such answer.
   */
  answer(event: string, text: string): string;
  /**
   * What the hook prints so that the tool call is denied with `text` (`--stop` messages only); undefined where nothing can
   * be denied. Throws `too_large` over maxReasonBytes.
   */
  deny(event: string, text: string): string | undefined;
}

/** The CLI of a table. */
export function hookCli(table: CliTable): HookCli {
  const { name, isOwnProcess, maxContextBytes, maxContinuations } = table;
  return {
    ...{ name, isOwnProcess, maxContextBytes, maxContinuations },
    nameOf: (request) => nameOf(table, request),
    translate: (request) => translate(table, request),
    missing: ({ event, payload }) =>
      table.isForeign?.(payload) === true ? [] : driftOf(table, event, payload),
    rules: (event) => rulesOf(table, event),
    answer: (event, text) => answerOf(table, event, text),
    deny: (event, text) => denialOf(table, event, text),
  };
}

function nameOf(table: CliTable, { event, payload }: TranslatableRequest): string {
  const said = table.eventField === undefined ? undefined : fieldAt(payload, table.eventField);
  const name = typeof said === "string" ? said : event;
  if (eventOf(table, name) !== undefined) return name;
  return Object.keys(table.events).find((each) => hookWord(each) === name) ?? name;
}

function rulesOf(table: CliTable, name: string): AnswerRules {
  const { context = "none", endsBatch = false } = eventOf(table, name) ?? {};
  const { denial } = table;
  return {
    ...{ takesContext: context !== "none", isContinuation: context === "continues", endsBatch },
    ...(denial?.event === name ? { maxReasonBytes: denial.maxBytes } : {}),
  };
}

function answerOf(table: CliTable, name: string, text: string): string {
  const event = eventOf(table, name);
  if (event === undefined || event.context === "none")
    throw new FleetError("usage", `answering ${table.name}'s ${name}: it honours no such answer`);
  return written(event.answer, name, whole(text, table.maxContextBytes, `answering ${table.name}'s ${name}`));
}

function written(shape: AnswerShape, event: string, said: string): string {
  if (shape === "text") return said;
  if (shape === "block") return JSON.stringify({ decision: "block", reason: said });
  if (shape === "context")
    return JSON.stringify({ hookSpecificOutput: { hookEventName: event, additionalContext: said } });
  const keys = shape.slice("json:".length).split(".");
  return JSON.stringify(
    keys.reduceRight<unknown>((inside, key) => Object.fromEntries([[key, inside]]), said),
  );
}

function denialOf({ name, denial }: CliTable, event: string, text: string): string | undefined {
  if (denial?.event !== event) return undefined;
  const reason = whole(text, denial.maxBytes, `denying a tool call at ${name}'s ${event}`);
  if (denial.shape === "decision") return JSON.stringify({ decision: "deny", reason });
  const decision = { permissionDecision: "deny", permissionDecisionReason: reason };
  return JSON.stringify({ hookSpecificOutput: { hookEventName: event, ...decision } });
}

function whole(text: string, maxBytes: number, doing: string): string {
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxBytes) return text;
  throw new FleetError("too_large", `${doing}: ${bytes} bytes, at most ${maxBytes} reach the model`);
}
