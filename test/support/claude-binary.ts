import { existsSync } from "node:fs";
import { claudeBinaryPath, claudeVersion } from "./claude-cache.mjs";

/** The pinned CLI for tests, or why there is none. */
export interface ClaudeBinary {
  /** Undefined: the suite is skipped, and says `reason`. */
  readonly path: string | undefined;
  readonly reason: string;
}

/** Looks for the pinned CLI where `npm run test:clis` puts it; fetches nothing. */
export function findClaudeBinary(env: Readonly<Record<string, string | undefined>>): ClaudeBinary {
  const path = claudeBinaryPath(env);
  if (existsSync(path)) return { path, reason: "" };
  const reason = `Claude Code ${claudeVersion} is not at ${path}: npm run test:clis fetches it, FLEET_TEST_CLAUDE names another`;
  return { path: undefined, reason };
}
