import type { z } from "zod";
import { lineOf } from "../cli/answers.ts";

/** The lines that are of a shape; a torn or foreign one is left out. */
export function linesOf<T extends z.ZodType>(lines: readonly string[], schema: T): readonly z.output<T>[] {
  return lines.flatMap((line) => lineOf(schema, line) ?? []);
}
