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

/** Any thrown value as a FleetError; what is not one already becomes `internal` with the value as cause. */
export function toFleetError(thrown: unknown): FleetError {
  if (thrown instanceof FleetError) return thrown;
  return new FleetError("internal", messageOf(thrown), { cause: thrown });
}

/** The message of any thrown value. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
