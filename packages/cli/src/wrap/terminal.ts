import { execFileSync } from "node:child_process";

/** The terminal that fleet was started in. */
export interface OuterTerminal {
  /** Its settings as stty(1) writes and reads them. */
  readonly settings: string;
  /** Every byte passes both ways as it is. */
  makeRaw(): void;
  /** Puts the settings back. May be called twice, and when the terminal is gone. */
  restore(): void;
}

/** Reads the settings of the terminal at the standard input; restores them too when this process ends by an error. */
export function outerTerminal(): OuterTerminal {
  const settings = stty("-g").trim();
  const restore = () => {
    process.off("exit", restore);
    try {
      stty(settings);
    } catch {
      // the terminal was closed: nobody is left to see it
    }
  };
  const makeRaw = () => {
    if (!process.listeners("exit").includes(restore)) process.on("exit", restore);
    // Node's setRawMode leaves the output's newlines to be rewritten, which changes what the command prints.
    stty("raw", "-echo", "-iexten");
  };
  return { settings, makeRaw, restore };
}

function stty(...args: readonly string[]): string {
  return execFileSync("stty", args, { stdio: ["inherit", "pipe", "pipe"], encoding: "utf8" });
}
