import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A tmux server of one's own: `tmux -L name`, without the user's configuration. */
export interface PrivateTmux {
  /** Its `-L` name. */
  readonly name: string;
  /** Runs one tmux command; gives its standard output. Rejects when tmux says no. */
  command(...args: readonly string[]): Promise<string>;
  /** Ends the server and everything in its panes. */
  kill(): Promise<void>;
}

/** A private server; nothing starts before the first command. `home` becomes the folder of its default shell. */
export function privateTmux(name: string): PrivateTmux {
  const command = async (...args: readonly string[]) => {
    const { stdout } = await run("tmux", ["-L", name, "-f", "/dev/null", ...args], { timeout: 10_000 });
    return stdout;
  };
  return {
    name,
    command,
    async kill() {
      // A server that is gone already is what was wanted.
      await command("kill-server").catch(() => "");
    },
  };
}
