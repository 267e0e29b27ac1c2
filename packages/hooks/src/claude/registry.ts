import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isSameProcess } from "./registry/process.ts";
import { readSessionFile, type ClaudeSession } from "./registry/session-file.ts";
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
  /** At least this often all is looked at, dead processes too; 1000 ms unless given. */
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
  const unknown = new Set<string>();
  const turns = changesOf({
    path: folder,
    isFolder: true,
    signal: options.signal,
    pollMs: options.pollMs ?? 1000,
  });
  for await (const _ of turns) {
    const found = await readSessions(folder, (file) => {
      if (!unknown.has(file)) options.onUnknown(file);
      unknown.add(file);
    });
    yield* differences(known, found);
  }
}

interface Found {
  readonly live: ReadonlyMap<number, ClaudeSession>;
  readonly dead: ReadonlySet<number>;
  /** Their files are being written: what was known of them stands. */
  readonly unread: ReadonlySet<number>;
}

async function readSessions(folder: string, onUnknown: (file: string) => void): Promise<Found> {
  const names = (await listFolder(folder)).filter((name) => /^\d+\.json$/.test(name));
  const [live, dead, unread] = [new Map<number, ClaudeSession>(), new Set<number>(), new Set<number>()];
  for (const name of names) {
    const read = await readSessionFile(join(folder, name));
    const pid = Number.parseInt(name, 10);
    if (read === "unknown") onUnknown(name);
    const session = typeof read === "string" ? undefined : read;
    if (!(await isSameProcess(pid, session?.procStart))) dead.add(pid);
    else if (session !== undefined) live.set(pid, session);
    else unread.add(pid);
  }
  return { live, dead, unread };
}

async function listFolder(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch {
    // No session has run under this folder yet.
    return [];
  }
}

function* differences(
  known: Map<number, ClaudeSession>,
  { live, dead, unread }: Found,
): Generator<ClaudeSessionChange> {
  for (const pid of [...known.keys()].filter((one) => !live.has(one) && !unread.has(one))) {
    known.delete(pid);
    yield { type: "gone", pid, why: dead.has(pid) ? "dead" : "removed" };
  }
  for (const [pid, session] of live) {
    if (JSON.stringify(known.get(pid)) === JSON.stringify(session)) continue;
    known.set(pid, session);
    yield { type: "seen", session };
  }
}
