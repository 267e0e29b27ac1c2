import { execFileSync } from "node:child_process";
import { isatty } from "node:tty";

/** The terminal that fleet was started in. */
export interface OuterTerminal {
  /** Its settings as stty(1) writes and reads them. */
  readonly settings: string;
  /** Every byte passes both ways as it is. False: the terminal is gone, and it was the system that woke this process. */
  makeRaw(): boolean;
  /** Puts the settings back. May be called twice, and when the terminal is gone. */
  restore(): void;
}

/** Reads the settings of the terminal at the standard input; restores them too when this process ends by an error. */
export function outerTerminal(): OuterTerminal {
  const settings = stty("-g").trim();
  const restore = () => {
    process.off("exit", restore);
    set(settings);
  };
  const makeRaw = () => {
    if (!process.listeners("exit").includes(restore)) process.on("exit", restore);
    // Node's setRawMode leaves the output's newlines to be rewritten, which changes what the command prints.
    return set("raw", "-echo", "-iexten");
  };
  return { settings, makeRaw, restore };
}

/** False where the terminal was closed: nobody is left to see it. */
function set(...settings: readonly string[]): boolean {
  try {
    stty(...settings);
    return true;
  } catch (error) {
    if (isatty(0)) throw error;
    return false;
  }
}

function stty(...args: readonly string[]): string {
  return execFileSync("stty", args, { stdio: ["inherit", "pipe", "pipe"], encoding: "utf8" });
}
