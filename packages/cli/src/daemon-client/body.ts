import { errorTable, FleetError, type ErrorCode } from "@fleetbus/core";
import type { HttpAnswer } from "./read-answer.ts";

/** Whether a value has the shape that a route answers with. */
export type Shape<T> = (value: unknown) => value is T;

/**
 * An object with these keys. Their values are trusted: the handshake has made sure that the daemon is of this very version,
 * and a schema library would cost a short command more than all it does.
 */
export function shape<T extends object>(...keys: readonly (keyof T & string)[]): Shape<T> {
  return (value): value is T =>
    typeof value === "object" && value !== null && keys.every((key) => Object.hasOwn(value, key));
}

/** The JSON of an answer. Rejects with the daemon's own error where it answered with one. */
export async function readJson<T>(answer: HttpAnswer, is: Shape<T>): Promise<T> {
  const text = await readText(answer.body);
  if (answer.status >= 400) throw errorOf(answer.status, text);
  return parse(text, is);
}

/** The lines of an NDJSON answer, each as it comes. */
export async function* readLines<T>(answer: HttpAnswer, is: Shape<T>): AsyncGenerator<T> {
  if (answer.status >= 400) throw errorOf(answer.status, await readText(answer.body));
  const decoder = new TextDecoder();
  let held = "";
  for await (const chunk of answer.body) {
    const lines = (held + decoder.decode(chunk, { stream: true })).split("\n");
    held = lines.pop() ?? "";
    for (const line of lines) if (line !== "") yield parse(line, is);
  }
  if (held !== "") yield parse(held, is);
}

function parse<T>(text: string, is: Shape<T>): T {
  const value: unknown = JSON.parse(text);
  if (is(value)) return value;
  throw new FleetError(
    "internal",
    `reading the daemon's answer: not what its version answers: ${text.slice(0, 200)}`,
  );
}

/** All of a body as text. */
export async function readText(body: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
}

/** The error that an answer with a status of 400 or more stands for. */
export function errorOf(status: number, text: string): FleetError {
  const error = parseError(text);
  if (error !== undefined) return new FleetError(error.code, error.message, { details: error.details });
  return new FleetError("internal", `reading the daemon's answer: status ${status}: ${text.slice(0, 200)}`);
}

interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

function parseError(text: string): Failure | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    const error = isRecord(answer) ? answer["error"] : undefined;
    if (!isRecord(error) || !isCode(error["code"])) return undefined;
    const details = isRecord(error["details"]) ? error["details"] : {};
    return { code: error["code"], message: String(error["message"]), details };
  } catch {
    return undefined; // not the daemon's format: the caller shows the text as it is
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(errorTable, code);
}
