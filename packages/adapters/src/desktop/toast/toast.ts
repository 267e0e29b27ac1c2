import type { Notice } from "@fleetbus/core";
import type { Tool } from "../config.ts";
import { notifySend } from "./notify-send.ts";
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
  /** Exit codes that mean that the system took it. */
  readonly taken: readonly number[];
}

/** Each program's own way; titles and texts stand in arguments of their own and never in a script. */
export const toasters: Readonly<Record<Tool, Toaster>> = {
  "notify-send": { program: "notify-send", argumentsOf: notifySend, taken: [0] },
  osascript: { program: "osascript", argumentsOf: osascript, taken: [0] },
  "terminal-notifier": { program: "terminal-notifier", argumentsOf: terminalNotifier, taken: [0] },
  powershell: { program: "powershell.exe", argumentsOf: powershell, taken: [0] },
  // it waits, and says what became of it: clicked, hidden, dismissed, timed out, a button, a text
  snoretoast: { program: "snoretoast.exe", argumentsOf: snoretoast, taken: [0, 1, 2, 3, 4, 5] },
};
