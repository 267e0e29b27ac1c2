import { parse, TomlError } from "smol-toml";
import type { z } from "zod";
import { FleetError, messageOf } from "../errors/fleet-error.ts";
import { jsonSchemaOf } from "./json-schema.ts";
import { positionsOf } from "./positions.ts";
import { formatProblem, placed, problemsOf, type Problem } from "./problems.ts";

/** How a TOML file of fleet's is read. */
export interface TomlReading<T> {
  readonly path: string;
  readonly schema: z.ZodType<T>;
  /** What the schema cannot say, of a whole file that it takes. */
  check(value: T): readonly Problem[];
}

/** Reads a TOML file other than fleet.toml; throws `config` with every problem, each with its line. */
export function loadToml<T>(text: string, { path, schema, check }: TomlReading<T>): T {
  const raw = parseToml(text, { path });
  const parsed = schema.safeParse(raw);
  const problems = parsed.success
    ? check(parsed.data)
    : problemsOf(parsed.error.issues, jsonSchemaOf(schema));
  if (parsed.success && problems.length === 0) return parsed.data;
  const positions = positionsOf(text);
  throw problemError(
    { path },
    problems.map((problem) => placed(problem, positions)),
  );
}

/** The tables of a TOML text; throws `config` with the place of a syntax error. */
export function parseToml(text: string, file: { readonly path: string }): Readonly<Record<string, unknown>> {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const message =
      messageOf(error)
        .replace(/^Invalid TOML document: /, "")
        .split("\n")[0] ?? "";
    throw problemError(file, [{ path: "", message, line: error.line, column: error.column }]);
  }
}

/** The error that tells of all problems of a file, in the order of their places. */
export function problemError({ path }: { readonly path: string }, problems: readonly Problem[]): FleetError {
  const inOrder = problems.toSorted(
    (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
  const count = `${problems.length} problem${problems.length === 1 ? "" : "s"}`;
  const text = [`reading ${path}: ${count}`, ...inOrder.map((problem) => `  ${formatProblem(problem)}`)].join(
    "\n",
  );
  return new FleetError("config", text, { details: { file: path, problems: inOrder } });
}
