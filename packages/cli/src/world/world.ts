import type { Clock } from "@fleetbus/core";

/** A stream that is written to. Chunks keep their order. */
export interface Output {
  readonly isTerminal: boolean;
  /** Width in cells where it is a terminal. */
  readonly columns: number | undefined;
  /** Height in cells where it is a terminal. */
  readonly rows: number | undefined;
  /** Resolves when it is handed over; rejects with EPIPE when the reader has gone. */
  write(text: string): Promise<void>;
}

/** The standard input. */
export interface Input {
  readonly isTerminal: boolean;
  /** All of it; rejects with `too_large` past `maxBytes`, and with the signal's reason. */
  read(maxBytes: number, signal: AbortSignal): Promise<Uint8Array>;
}

/** Asks a person yes or no; false is also no answer. Undefined where there is no terminal to ask at. */
export type Confirm = ((question: string) => Promise<boolean>) | undefined;

/** Everything that a command may touch outside its own memory; tests pass their own. */
export interface World {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly pid: number;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly confirm: Confirm;
  readonly clock: Clock;
  /** Aborts on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** The script that was started, for starting the daemon from the same build. */
  readonly entry: string;
}
