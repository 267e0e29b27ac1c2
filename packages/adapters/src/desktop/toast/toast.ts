import type { Choice, Notice } from "@fleetbus/core";
import type { Tool } from "../config.ts";
import { notifySend, notifySendAsking } from "./notify-send.ts";
import { osascript, terminalNotifier } from "./macos.ts";
import { powershell, snoretoast } from "./windows.ts";

/** What a toast is made of. */
export interface ToastInput {
  readonly notice: Notice;
  readonly app: string;
  /** The system's number of the toast that this one replaces, where there is one. */
  readonly replaces?: number | undefined;
}

/** How a program is told of a toast. */
export interface Toaster {
  readonly program: string;
  argumentsOf(toast: ToastInput): readonly string[];
  /**
   * Arguments that put choices under the toast that is replaced, and have the program wait: it prints `choice-<n>` once one
   * is picked, and nothing where the toast is closed. Absent where a program cannot.
   */
  askingFor?(toast: ToastInput, choices: readonly Choice[]): readonly string[];
  /** Exit codes that mean that the system took it. */
  readonly taken: readonly number[];
}

/** Each program's own way; titles and texts stand in arguments of their own and never in a script. */
export const toasters: Readonly<Record<Tool, Toaster>> = {
  "notify-send": {
    ...{ program: "notify-send", argumentsOf: notifySend, askingFor: notifySendAsking, taken: [0] },
  },
  osascript: { program: "osascript", argumentsOf: osascript, taken: [0] },
  "terminal-notifier": { program: "terminal-notifier", argumentsOf: terminalNotifier, taken: [0] },
  powershell: { program: "powershell.exe", argumentsOf: powershell, taken: [0] },
  // it waits, and says what became of it: clicked, hidden, dismissed, timed out, a button, a text
  snoretoast: { program: "snoretoast.exe", argumentsOf: snoretoast, taken: [0, 1, 2, 3, 4, 5] },
};
