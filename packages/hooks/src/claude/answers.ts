import type { OpenAnswers } from "../cli/answers.ts";
import { transcriptReader } from "./transcript/reader.ts";

/** The answers in a transcript of Claude Code: those of the main thread, without what the CLI wrote itself. */
export const claudeAnswers: OpenAnswers = () => {
  const reader = transcriptReader(() => []);
  return {
    read: (line) => {
      const entry = reader.read(line).find((fact) => fact.kind === "entry");
      if (entry?.role !== "answer" && entry?.role !== "interruption") return undefined;
      return { is: entry.role, at: entry.at };
    },
  };
};
