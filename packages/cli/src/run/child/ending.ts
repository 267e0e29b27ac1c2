import { constants } from "node:os";
import type { Outcome } from "@fleetbus/core";

/** How a command ended, or why it never began. */
export interface Ending {
  /** As a shell tells it: 128+n after signal n, 126 and 127 for what could not be started. */
  readonly exitCode: number;
  readonly signal?: string;
  /** Why it could not be started. */
  readonly error?: string;
}

/** After `--timeout`, as timeout(1) has it. */
export const timedOutExit = 124;

/** The ending of a process that ran. */
export function endingOf(code: number | null, signal: NodeJS.Signals | null): Ending {
  if (signal !== null) return { exitCode: 128 + constants.signals[signal], signal };
  return { exitCode: code ?? 0 };
}

/** The ending of one that ran in a terminal of its own: script(1) tells a signal as 128+n. */
export function endingInTerminal(code: number | null, signal: NodeJS.Signals | null): Ending {
  const found = Object.entries(constants.signals).find(([, number]) => code === 128 + number);
  return { ...endingOf(code, signal), ...(found === undefined ? {} : { signal: found[0] }) };
}

/** The ending of one that could not be started: not there, or not to be executed. */
export function endingAtStart(name: string, error: NodeJS.ErrnoException): Ending {
  if (error.code === "ENOENT") return { exitCode: 127, error: `${name}: no such command` };
  return { exitCode: 126, error: `${name}: cannot be started: ${error.message}` };
}

/** What a person or a service manager ends a command with on purpose. */
const onPurpose: readonly (string | undefined)[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

/** An ending in one word. */
export function outcomeOf({ exitCode, signal }: Ending, isTimedOut: boolean): Outcome {
  if (exitCode === 0) return "done";
  return onPurpose.includes(signal) && !isTimedOut ? "interrupted" : "error";
}
