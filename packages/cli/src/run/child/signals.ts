import { readFileSync } from "node:fs";
import { isatty } from "node:tty";
import type { Launched } from "./launch.ts";

/** What is handed on to the command. SIGWINCH, SIGTSTP and SIGCONT reach it by itself: it is in the terminal's group too. */
const forwarded = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;
/** What keys of a terminal send to every process of its foreground group, this one and the command. */
const byKeys: readonly NodeJS.Signals[] = ["SIGINT", "SIGQUIT"];

/** Hands signals on until it is undone; this process ends by none of them. To be called before the command is started. */
export function forwardSignals(command: () => Launched | undefined): () => void {
  const handlers = forwarded.map((signal) => {
    const handler = () => {
      const launched = command();
      const isThere = byKeys.includes(signal) && launched?.hasOwnTerminal !== true && isInForeground();
      if (!isThere) launched?.kill(signal);
    };
    process.on(signal, handler);
    return () => void process.off(signal, handler);
  });
  return () => {
    for (const undo of handlers) undo();
  };
}

/** Whether keys of the terminal reach this process's group: then the command has had them already. */
function isInForeground(): boolean {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return group === foreground;
  } catch {
    return isatty(0) || isatty(2); // not Linux
  }
}
