// The stand-in's sessions: a tmux server each, found by a file where zellij has its socket.
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const { ZELLIJ_SOCKET_DIR, XDG_RUNTIME_DIR, TMPDIR = "/tmp" } = process.env;
const usual = XDG_RUNTIME_DIR ? join(XDG_RUNTIME_DIR, "zellij") : join(TMPDIR, `zellij-${process.getuid()}`);
const root = ZELLIJ_SOCKET_DIR || usual;
/** zellij-utils/src/consts.rs: ZELLIJ_SOCK_DIR. */
const sockets = join(root, "contract_version_1");
/** What can be resurrected; zellij keeps it in the user's cache folder. */
const kept = join(root, "session_info");

/** Runs tmux on a session's own server; gives its standard output. */
export async function tmux(session, ...args) {
  const socket = readFileSync(join(sockets, session), "utf8");
  const { stdout } = await promisify(execFile)("tmux", ["-S", socket, "-f", "/dev/null", ...args], {
    env: { ...process.env, TMUX: undefined, LC_ALL: "C.UTF-8" },
    timeout: 10_000,
  });
  return stdout.replace(/\n$/, "");
}

/** The names of those whose server answers; what is left of the others is removed, as zellij does. */
export async function liveSessions() {
  const names = existsSync(sockets) ? readdirSync(sockets) : [];
  const live = await Promise.all(
    names.map((name) =>
      tmux(name, "list-sessions").then(
        () => [name],
        () => (rmSync(join(sockets, name), { force: true }), []),
      ),
    ),
  );
  return live.flat().toSorted();
}

/** The names of those that ended and could be resurrected. */
export function deadSessions() {
  const names = existsSync(kept) ? readdirSync(kept) : [];
  return names.filter((name) => !existsSync(join(sockets, name)));
}

/** Whether there was one that ended. */
export function deleteSession(name) {
  const isThere = existsSync(join(kept, name));
  rmSync(join(kept, name), { force: true });
  return isThere;
}

/** With one tab and a shell in it, as zellij's default layout. Its server has the socket in its arguments, as zellij's. */
export async function createSession(name) {
  mkdirSync(sockets, { recursive: true, mode: 0o700 });
  mkdirSync(kept, { recursive: true });
  writeFileSync(join(sockets, name), join(root, `tmux-${randomBytes(4).toString("hex")}`));
  const shell = ["sh", "-c", "exec sh", "--server", join(sockets, name)];
  await tmux(
    name,
    ...["new-session", "-d", "-s", "tabs", "-x", "120", "-y", "40", "-n", "Tab #1", "--"],
    ...inPane(name, shell),
  );
  writeFileSync(join(kept, name), "");
}

/** The panes that run keep the old name in their environment. */
export function renameSession(name, next) {
  renameSync(join(sockets, name), join(sockets, next));
  renameSync(join(kept, name), join(kept, next));
}

const entrance =
  'export ZELLIJ=0 ZELLIJ_SESSION_NAME="$1" ZELLIJ_PANE_ID="${TMUX_PANE#%}"; unset TMUX TMUX_PANE; shift; exec "$@"';

/** A command as it runs in a pane: with zellij's environment, and without tmux'. */
export function inPane(name, command) {
  return ["sh", "-c", entrance, "sh", name, ...command];
}
