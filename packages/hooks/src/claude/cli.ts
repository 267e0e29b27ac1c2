import { answerClaude, claudeRules, maxContextBytes, maxContinuations, type AnswerRules } from "./context.ts";
import { translateClaude, type TranslatableRequest, type Translated } from "./translate.ts";

/** One agent CLI as the daemon uses it: pure, no I/O. */
export interface HookCli {
  /** Token of the wire's paths. */
  readonly name: string;
  /** The longest context that reaches the model whole, in bytes. */
  readonly maxContextBytes: number;
  /** Turns in a row that fleet continues. */
  readonly maxContinuations: number;
  /** Throws `malformed` for a payload it cannot read. */
  translate(request: TranslatableRequest): readonly Translated[];
  rules(event: string): AnswerRules;
  /** What the hook prints so that `text` reaches the model. Throws where the event takes none. */
  answer(event: string, text: string): string;
  /** What the hook prints so that the tool call is denied with `text`; undefined where nothing can be denied. */
  deny(event: string, text: string): string | undefined;
}

/** Claude Code. */
export const claudeCli: HookCli = {
  name: "claude",
  maxContextBytes,
  maxContinuations,
  translate: translateClaude,
  rules: claudeRules,
  answer: (event, text) => answerClaude(event, { context: text }),
  deny: (event, text) => (event === "PreToolUse" ? answerClaude(event, { deny: text }) : undefined),
};
