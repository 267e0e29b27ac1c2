import { z } from "zod";

/** Words of one line, as they are shown: nothing that moves, hides or turns around what stands beside it. */
const shownText = z.string().regex(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u);

/** A file that a tool call wrote, by its path: below the session's folder as from there, else whole. */
export const fileWriteSchema = shownText.min(1).max(512);
export type FileWrite = z.infer<typeof fileWriteSchema>;

/** A run of tests that a session's shell command was. */
export const testRunSchema = z.object({
  /** The runner as it was called, without what follows: `npm test`, `pytest`. */
  name: shownText.max(100),
  /** By the exit code; absent where the CLI tells none, or another command's may be meant. */
  passed: z.boolean().optional(),
});
export type TestRun = z.infer<typeof testRunSchema>;

/** The files of a tool call, in its event: what cannot be read is nothing, and keeps no event from being one. */
export const filesSchema = z.array(fileWriteSchema).optional().catch(undefined);
/** The same of its tests. */
export const testSchema = testRunSchema.optional().catch(undefined);

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

/** The same where it stands in something that is more than it: what cannot be read is nothing. */
export const workSchema = turnWorkSchema.optional().catch(undefined);

/** How much is kept and told of a turn's work: each record is sent whole with each of its events. */
export const workBounds = { files: 20, tests: 5 } as const;
/** How long a line the files' names make. */
const maxLine = 1000;

/** In words, what there is of it: `src/a.ts, src/b.ts and more`; `npm test failed, pytest passed, go test ran`. */
export function formatWork({ files = [], hasMoreFiles = false, tests = [] }: TurnWork): {
  readonly files?: string;
  readonly tests?: string;
} {
  const first = files.slice(0, workBounds.files);
  const fitting = first.filter((_, at) => first.slice(0, at + 1).join(", ").length <= maxLine);
  const hasMore = hasMoreFiles || fitting.length < files.length;
  const named = `${fitting.join(", ")}${hasMore ? " and more" : ""}`;
  const runs = tests.slice(-workBounds.tests);
  const ran = runs.map(({ name, passed }) => `${name} ${passedText(passed)}`).join(", ");
  return { ...(named === "" ? {} : { files: named }), ...(ran === "" ? {} : { tests: ran }) };
}

function passedText(passed: boolean | undefined): string {
  if (passed === undefined) return "ran";
  return passed ? "passed" : "failed";
}
