import type { z } from "zod";

/** What one line of a CLI's own record of a conversation says of its model's answers. */
export interface AnswerSign {
  readonly is: "answer" | "interruption";
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Reads the lines of one record in their order, from wherever; what it does not know says nothing. Never throws. */
export interface AnswerReader {
  read(line: string): AnswerSign | undefined;
}

/** A reader of one conversation; `session` is the CLI's own name of it, where the record holds others too. */
export type OpenAnswers = (session: string | undefined) => AnswerReader;

/** When the model last answered, by the signs of a record in their order; undefined where the human interrupted it since. */
export function lastAnswer(signs: Iterable<AnswerSign>): number | undefined {
  let at: number | undefined;
  for (const sign of signs) at = sign.is === "answer" ? sign.at : undefined;
  return at;
}

/** A line by its shape; undefined for one that is torn or of another shape. */
export function lineOf<T extends z.ZodType>(schema: T, line: string): z.output<T> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return schema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined; // half written
  }
}
