import { isatty } from "node:tty";

/** Those of the standard streams that are terminals. */
export function openTerminals(): readonly number[] {
  return [0, 1, 2].filter((fd) => isatty(fd));
}

/** From the last listener's removal until the system's own way with SIGHUP is back. */
const restoreMs = 50;

/**
 * Ends this process by SIGHUP where one of the terminals was closed meanwhile, as the shell's children end. Node, at its
 * end, puts back the settings of its terminals, and dumps core where one of them is gone.
 */
export async function endWith(terminals: readonly number[]): Promise<void> {
  if (terminals.every((fd) => isatty(fd))) return;
  process.removeAllListeners("SIGHUP");
  await new Promise((resolve) => setTimeout(resolve, restoreMs));
  process.kill(process.pid, "SIGHUP");
}
