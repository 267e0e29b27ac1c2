import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What an agent says of itself. */
export interface SessionFacts {
  readonly pid: number;
  readonly sessionId: string;
  readonly cwd: string;
}

/** The agent's entry in its own list of sessions. */
export interface SessionFile {
  say(status: "busy" | "idle"): void;
  remove(): void;
}

/**
 * The list of sessions that the CLI keeps of itself, one file a process, in the shape of Claude Code's: it says busy or
 * idle where no hook does, as after Esc. Replaced whole, so that a reader never sees half of it.
 */
export function sessionFile(folder: string, facts: SessionFacts): SessionFile {
  const path = join(folder, `${facts.pid}.json`);
  let last: string | undefined;
  return {
    say: (status) => {
      if (status === last) return;
      last = status;
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${path}.new`, JSON.stringify({ ...facts, status, updatedAt: Date.now() }));
      renameSync(`${path}.new`, path);
    },
    remove: () => rmSync(path, { force: true }),
  };
}
