import { errorTable, type ErrorCode } from "./table.ts";

/** What an error carries beside its message. `details` is JSON-safe and is shown to users (candidates, paths). */
export interface ErrorContext {
  readonly cause?: unknown;
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * The one error class of fleet. `code` decides exit code, HTTP status and retry (errors/table.ts);
 * the message is gerund + object + cause, in lower case: "sending message 01j… to lab/api: inbox is full".
 */
export class FleetError extends Error {
  override readonly name = "FleetError";
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, context: ErrorContext = {}) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause });
    this.code = code;
    this.details = context.details ?? {};
  }

  get exitCode(): number {
    return errorTable[this.code].exit;
  }

  get isRetryable(): boolean {
    return errorTable[this.code].isRetryable;
  }
}

/**
 * Any thrown value as a FleetError. One of another copy of this package counts by its code (a custom adapter brings its
 * own copy, the command line is bundled with one); anything else becomes `internal` with the value as cause.
 */
export function toFleetError(thrown: unknown): FleetError {
  if (thrown instanceof FleetError) return thrown;
  const code = foreignCode(thrown);
  const details = code === undefined ? {} : foreignDetails(thrown);
  return new FleetError(code ?? "internal", messageOf(thrown), { cause: thrown, details });
}

function foreignCode(thrown: unknown): ErrorCode | undefined {
  if (!(thrown instanceof Error) || thrown.name !== "FleetError" || !("code" in thrown)) return undefined;
  return isErrorCode(thrown.code) ? thrown.code : undefined;
}

function foreignDetails(thrown: unknown): Readonly<Record<string, unknown>> {
  const details = thrown instanceof Error && "details" in thrown ? thrown.details : undefined;
  return typeof details === "object" && details !== null ? { ...details } : {};
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(errorTable, code);
}

/** The message of any thrown value. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
