import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

/** A tmux server of the test's own: its own socket, its own HOME, nobody's configuration. */
export interface TestTmux {
  /** Its `-L` name. */
  readonly name: string;
  /** Path of its socket, as the first field of `$TMUX` gives it. */
  readonly socket: string;
  /** Its HOME; removed at the end. */
  readonly home: string;
  /** Runs one tmux command; gives its standard output. Rejects when tmux says no. */
  command(...args: readonly string[]): Promise<string>;
  /** A new session with one pane; gives the pane's id. Without a command it runs `sh`. */
  openPane(options?: PaneOptions): Promise<string>;
  /** Keys by tmux's names, as `Enter`. */
  sendKeys(pane: string, ...keys: readonly string[]): Promise<void>;
  /** Text as it is, key by key. */
  type(pane: string, text: string): Promise<void>;
  /** One fact of a pane by its format name, as `cursor_x`. */
  fact(pane: string, name: string): Promise<string>;
  /** The text on a pane's screen. */
  capture(pane: string): Promise<string>;
  /** Resolves with the screen when it matches; rejects at the deadline with the screen that it saw last. */
  waitForScreen(pane: string, pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** Ends the server and everything in its panes, and removes its HOME. May be called twice. */
  kill(): Promise<void>;
}

/** How to open a pane. */
export interface PaneOptions {
  readonly command?: readonly string[];
  readonly session?: string;
  readonly width?: number;
  readonly height?: number;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a private tmux server, kept alive by an empty session of its own until `kill`. */
export async function startTmux(): Promise<TestTmux> {
  const name = `fleet-test-${process.pid}-${randomBytes(3).toString("hex")}`;
  const home = await mkdtemp(join(tmpdir(), "fleet-tmux-"));
  const command = runner(name, home);
  await command("new-session", "-d", "-s", "keep", "-x", "80", "-y", "24", "-c", home, "cat");
  const socket = (await command("display-message", "-p", "#{socket_path}")).trim();
  return {
    name,
    socket,
    home,
    command,
    ...paneCommands(command, home),
    kill: async () => {
      // A server that is gone already is what was wanted.
      const pids = await command("list-panes", "-a", "-F", "#{pane_pid}\n#{pid}").catch(() => "");
      await command("kill-server").catch(() => "");
      await Promise.all(
        [...new Set(pids.split("\n"))]
          .filter(Boolean)
          // Also the server's: one that is killed while a client attaches may wait for that for ever (3.3a, seen).
          .map((pid) => ended(Number(pid))),
      );
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Looks every 20 ms until `look` gives something; rejects at the deadline with `what`. */
export async function eventually<T>(
  look: () => Promise<T | undefined> | T | undefined,
  what: () => string,
  timeoutMs = 30_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`waiting ${timeoutMs} ms for ${what()}`);
    await sleep(20);
  }
}

/** A program that still writes into its HOME would keep it from being removed. */
async function ended(pid: number): Promise<void> {
  const isGone = () => {
    try {
      process.kill(pid, 0);
      return undefined;
    } catch {
      // ESRCH is the answer "gone".
      return true;
    }
  };
  await eventually(isGone, () => `the end of ${pid}`, 5000).catch(
    () => isGone() ?? process.kill(pid, "SIGKILL"),
  );
}

type Run = (...args: readonly string[]) => Promise<string>;

function runner(name: string, home: string): Run {
  const { PATH = "/usr/bin:/bin" } = process.env;
  const env = { PATH, HOME: home, SHELL: "/bin/sh", LC_ALL: "C.UTF-8", TERM: "xterm-256color" };
  return async (...args) => {
    const all = ["-L", name, "-f", "/dev/null", ...args];
    const { stdout } = await promisify(execFile)("tmux", all, { env, timeout: 10_000 });
    return stdout;
  };
}

function paneCommands(
  run: Run,
  home: string,
): Pick<TestTmux, "openPane" | "sendKeys" | "type" | "fact" | "capture" | "waitForScreen"> {
  const capture = (pane: string) => run("capture-pane", "-p", "-t", pane);
  return {
    openPane: async (options = {}) => (await run(...openArguments(options, home))).trim(),
    sendKeys: async (pane, ...keys) => void (await run("send-keys", "-t", pane, ...keys)),
    type: async (pane, text) => void (await run("send-keys", "-t", pane, "-l", "--", text)),
    fact: async (pane, name) => (await run("display-message", "-p", "-t", pane, `#{${name}}`)).trim(),
    capture,
    waitForScreen: (pane, pattern, timeoutMs) => {
      let last = "";
      const look = async () => (pattern.test((last = await capture(pane))) ? last : undefined);
      return eventually(look, () => `a screen with ${String(pattern)}; it was:\n${last}`, timeoutMs);
    },
  };
}

function openArguments(
  { command = ["sh"], session, width = 100, height = 30, cwd, env = {} }: PaneOptions,
  home: string,
): readonly string[] {
  const named = session === undefined ? [] : ["-s", session];
  const variables = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
  const size = ["-x", String(width), "-y", String(height)];
  return [
    "new-session",
    "-d",
    ...named,
    ...size,
    "-c",
    cwd ?? home,
    ...variables,
    "-P",
    "-F",
    "#{pane_id}",
    "--",
    ...command,
  ];
}
