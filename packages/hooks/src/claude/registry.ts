import { join } from "node:path";
import { sessionFiles, type Listed } from "./registry/session-files.ts";
import type { ClaudeSession } from "./registry/session-file.ts";
import { changesOf } from "./transcript/changes.ts";

export type { ClaudeSession } from "./registry/session-file.ts";

/** A change in the CLI's own list of sessions. */
export type ClaudeSessionChange =
  | { readonly type: "seen"; readonly session: ClaudeSession }
  /** `removed`: its file went, as at an orderly exit. `dead`: the file stayed behind, its process is gone (kill -9). */
  | { readonly type: "gone"; readonly pid: number; readonly why: "removed" | "dead" };

/** Where to look, for how long, and whom to tell. */
export interface ClaudeSessionsOptions {
  /** The CLI's config folder (`claudeConfigDir`). */
  readonly dir: string;
  /** Ends the iteration, without an error. */
  readonly signal: AbortSignal;
  /** Called once a file whose shape is not the known one; the session is then not reported. */
  readonly onUnknown: (file: string) => void;
  /**
   * All is looked at this often where the system does not tell of changes, and after ten times as long where it does;
   * 1000 ms unless given. What it cannot tell is that a process was killed.
   */
  readonly pollMs?: number;
}

/** The config folder of a CLI started with this environment. */
export function claudeConfigDir(env: Readonly<Record<string, string | undefined>>): string {
  return env["CLAUDE_CONFIG_DIR"] || join(env["HOME"] ?? "/", ".claude");
}

/**
 * Follows the sessions that Claude Code lists of itself (HOOKS.md §1.7): busy, idle and waiting, where hooks are silent,
 * as after Esc. Gives each session at first sight and whenever its file says something new. The list is undocumented:
 * confirm what matters with `listClaudeAgents`. An idle of a few milliseconds between two queued turns may be skipped.
 */
export async function* watchClaudeSessions(
  options: ClaudeSessionsOptions,
): AsyncGenerator<ClaudeSessionChange, void> {
  const folder = join(options.dir, "sessions");
  const known = new Map<number, ClaudeSession>();
  const list = sessionFiles(folder, options.onUnknown);
  const { signal, pollMs = 1000 } = options;
  const watchedPollMs = sweepEvery * pollMs;
  let sweptAt = -Infinity;
  for await (const told of changesOf({ path: folder, isFolder: true, signal, pollMs, watchedPollMs })) {
    // A turn in which nobody told of anything has come by its time.
    const isSweep = told === "anything" || told.size === 0 || performance.now() - sweptAt >= watchedPollMs;
    if (isSweep) sweptAt = performance.now();
    await (isSweep ? list.sweep() : list.look(told));
    yield* differences(known, list.now());
  }
}

/** The system tells of what changes; what it left out is found after so many times `pollMs`. */
const sweepEvery = 10;

function* differences(
  known: Map<number, ClaudeSession>,
  { live, dead, unread }: Listed,
): Generator<ClaudeSessionChange> {
  for (const pid of [...known.keys()].filter((one) => !live.has(one) && !unread.has(one))) {
    known.delete(pid);
    yield { type: "gone", pid, why: dead.has(pid) ? "dead" : "removed" };
  }
  for (const [pid, session] of live) {
    const before = known.get(pid);
    if (before === session) continue;
    known.set(pid, session);
    if (JSON.stringify(before) !== JSON.stringify(session)) yield { type: "seen", session };
  }
}
