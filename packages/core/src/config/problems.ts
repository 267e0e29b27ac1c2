import type { z } from "zod";
import { nearest } from "../names/nearest.ts";
import { keysAt } from "./json-schema.ts";
import { formatPath, type Position } from "./positions.ts";

/** One thing that is wrong with a config. */
export interface Problem {
  /** `adapter[0].topic`; empty for the whole file. */
  readonly path: string;
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
  /** The nearest valid key, for an unknown one. */
  readonly didYouMean?: string;
}

/** What a schema's issues mean in a file: an unknown key is one problem each, with the nearest valid one. */
export function problemsOf(
  issues: readonly z.core.$ZodIssue[],
  schema: unknown,
  at: readonly PropertyKey[] = [],
): readonly Problem[] {
  return issues.flatMap((issue) => {
    const path = [...at, ...issue.path];
    if (issue.code !== "unrecognized_keys") return [{ path: formatPath(path), message: textOf(issue) }];
    const known = keysAt(schema, issue.path);
    return issue.keys.map((key) => unknownKey(formatPath([...path, key]), key, known));
  });
}

/** A problem with its place in the text: its own key's, else that of the nearest table or key around it, else of the first in it. */
export function placed(problem: Problem, positions: ReadonlyMap<string, Position>): Problem {
  for (let path = problem.path; path !== ""; path = parentOf(path)) {
    const position = positions.get(path);
    if (position !== undefined) return { ...problem, ...position };
  }
  const inside = [...positions].find(([path]) => isInside(path, problem.path));
  return inside === undefined ? problem : { ...problem, ...inside[1] };
}

/** One line per problem: `3:1 wake.per_sesion: unknown key; did you mean per_session?` */
export function formatProblem({ path, message, line, column }: Problem): string {
  const place = line === undefined ? "" : `${line}:${column ?? 1} `;
  return `${place}${path === "" ? "" : `${path}: `}${message}`;
}

function unknownKey(path: string, key: string, known: readonly string[]): Problem {
  const [didYouMean] = nearest(key, known);
  if (didYouMean !== undefined)
    return { path, message: `unknown key; did you mean ${didYouMean}?`, didYouMean };
  return { path, message: known.length === 0 ? "unknown key" : `unknown key; there are ${known.join(", ")}` };
}

function textOf(issue: z.core.$ZodIssue): string {
  const isMissing = issue.code === "invalid_type" && issue.message.endsWith("received undefined");
  if (isMissing) return `missing; ${issue.expected} expected`;
  return issue.message.replace(/^Invalid (?:input|option): /, "");
}

/** As `adapter.replies`, and `adapters[0]`, of what the text has no line of its own for. */
function isInside(path: string, around: string): boolean {
  return around !== "" && path.startsWith(around) && /[.[]/.test(path.charAt(around.length));
}

function parentOf(path: string): string {
  const cut = Math.max(path.lastIndexOf("."), path.lastIndexOf("["));
  return cut < 0 ? "" : path.slice(0, cut);
}
