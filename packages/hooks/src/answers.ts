import { claudeAnswers } from "./claude/answers.ts";
import type { OpenAnswers } from "./cli/answers.ts";
import { codexAnswers } from "./codex/answers.ts";
import { geminiAnswers } from "./gemini/answers.ts";
import { grokAnswers } from "./grok/answers.ts";

const readers: Readonly<Record<string, OpenAnswers>> = {
  claude: claudeAnswers,
  codex: codexAnswers,
  gemini: geminiAnswers,
  grok: grokAnswers,
};

/** How the record of a conversation that this CLI keeps is read; undefined where none is known. */
export function answersOf(cli: string): OpenAnswers | undefined {
  return Object.hasOwn(readers, cli) ? readers[cli] : undefined;
}
