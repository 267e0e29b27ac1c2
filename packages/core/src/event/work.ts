import { z } from "zod";

/** A file that a tool call wrote, by its path: below the session's folder as from there, else whole. */
export const fileWriteSchema = z.string();
export type FileWrite = z.infer<typeof fileWriteSchema>;

/** A run of tests that a session's shell command was. */
export const testRunSchema = z.object({
  /** The runner as it was called, without what follows: `npm test`, `pytest`. */
  name: z.string(),
  /** By the exit code; absent where the CLI tells none, or another command's may be meant. */
  passed: z.boolean().optional(),
});
export type TestRun = z.infer<typeof testRunSchema>;

/** What a turn has done so far, as far as its CLI's hooks tell (docs/supervision.md). Absent: nothing is known of it. */
export const turnWorkSchema = z.object({
  /** Tool calls that came to their end, and those that failed. */
  tools: z.int().optional(),
  toolsFailed: z.int().optional(),
  files: z.array(fileWriteSchema).optional(),
  hasMoreFiles: z.boolean().optional(),
  tests: z.array(testRunSchema).optional(),
});
export type TurnWork = z.infer<typeof turnWorkSchema>;

/** In words, what there is of it: `src/a.ts, src/b.ts and more`; `npm test failed, pytest passed, go test ran`. */
export function formatWork({ files = [], hasMoreFiles = false, tests = [] }: TurnWork): {
  readonly files?: string;
  readonly tests?: string;
} {
  const named = `${files.join(", ")}${hasMoreFiles ? " and more" : ""}`;
  const ran = tests.map(({ name, passed }) => `${name} ${passedText(passed)}`).join(", ");
  return { ...(named === "" ? {} : { files: named }), ...(ran === "" ? {} : { tests: ran }) };
}

function passedText(passed: boolean | undefined): string {
  if (passed === undefined) return "ran";
  return passed ? "passed" : "failed";
}
