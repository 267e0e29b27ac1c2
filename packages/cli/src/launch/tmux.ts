import { FleetError } from "@fleetbus/core";
import type { Context } from "../command/context.ts";
import { daemonEnv } from "../daemon-client/daemon-env.ts";
import { options, paneFormat, readPanes, writeMark, type LaunchPane, type Mark } from "./panes.ts";

/** What is started in a pane. */
export interface Start {
  readonly argv: readonly string[];
  readonly dir: string;
  readonly mark: Mark;
}

/** The tmux server of whoever launches: the one that this terminal is in, else the default one. */
export interface LaunchTmux {
  /** All its panes; none where no server runs. Throws `unavailable` without tmux. */
  panes(): Promise<readonly LaunchPane[]>;
  /** Path of its socket, as $TMUX gives it. */
  socket(): Promise<string>;
  /** Opens a window, in a session made for it where none is given; gives the pane's id. */
  open(start: Start, session: string | undefined): Promise<string>;
  /** Starts again in a pane whose program ended. */
  refill(pane: string, start: Start): Promise<void>;
  /** The text that a pane shows, empty where it is gone. */
  screen(pane: string): Promise<string>;
  /** Closes a pane; one that is gone is no error. */
  close(pane: string): Promise<void>;
}

/** Runs tmux by argv, never through a shell. */
export function launchTmux(context: Context): LaunchTmux {
  const run = runner(context);
  const must = async (args: readonly string[]) => {
    const { isDone, text } = await run(args);
    if (isDone) return text.trim();
    throw new FleetError("failed", `running tmux ${args[0]}: ${text}`);
  };
  return {
    panes: async () => {
      const { isDone, text } = await run(["list-panes", "-a", "-F", paneFormat]);
      if (isDone) return readPanes(text);
      if (/no server running|error connecting|no current client|server exited/.test(text)) return [];
      throw new FleetError("failed", `asking tmux for its panes: ${text}`);
    },
    socket: () => must(["display-message", "-p", "#{socket_path}"]),
    open: (start, session) => must(opening(start, session)),
    refill: async (pane, { argv, dir, mark }) => {
      const marking = [";", "set-option", "-p", "-t", pane, options.pane, writeMark(mark)];
      await must(["respawn-pane", "-t", pane, "-c", literal(dir), "--", ...argv.map(word), ...marking]);
    },
    screen: async (pane) => {
      const { isDone, text } = await run(["capture-pane", "-p", "-t", pane]);
      return isDone ? text : "";
    },
    close: async (pane) => void (await run(["kill-pane", "-t", pane])),
  };
}

/** One call opens and marks: nothing is ever there without its mark. */
function opening({ argv, dir, mark }: Start, session: string | undefined): readonly string[] {
  const { crew, name } = mark;
  const where = session ?? `=${crew}`;
  const into =
    session === undefined
      ? ["new-session", "-d", "-s", crew, "-x", "200", "-y", "50"]
      : ["new-window", "-d", "-t", `${session}:`];
  const ownSession =
    session === undefined ? [";", "set-option", "-t", `${where}:`, options.session, crew] : [];
  return [
    ...into,
    ...["-n", name, "-c", literal(dir), "-P", "-F", "#{pane_id}", "--"],
    ...argv.map(word),
    ...ownSession,
    ...[";", "set-option", "-p", "-t", `${where}:=${name}`, options.pane, writeMark(mark)],
  ];
}

/** tmux would end its command at a semicolon that ends a word. */
function word(text: string): string {
  return text.endsWith(";") ? `${text.slice(0, -1)}\\;` : text;
}

/** tmux expands formats in a folder's name. */
function literal(dir: string): string {
  return word(dir.replaceAll("#", "##"));
}

interface Ran {
  readonly isDone: boolean;
  /** Its output; of a failure what it said. */
  readonly text: string;
}

function runner({ world }: Context): (args: readonly string[]) => Promise<Ran> {
  const socket = world.env["TMUX"]?.split(",")[0];
  const server = socket ? ["-S", socket] : [];
  const env = daemonEnv(world); // a server that this starts serves all, too
  return async (args) => {
    const { execa } = await import("execa");
    const how = {
      reject: false,
      cancelSignal: world.signal,
      extendEnv: false,
      env,
      timeout: 10_000,
    } as const;
    const result = await execa("tmux", ["-u", ...server, ...args], how);
    if (result.code === "ENOENT")
      throw new FleetError(
        "unavailable",
        "looking for tmux: it is not on PATH; install it (apt-get install tmux, brew install tmux) and try again",
      );
    world.signal.throwIfAborted();
    const { failed, stdout, stderr, shortMessage = "" } = result;
    return { isDone: !failed, text: failed ? stderr || shortMessage : stdout };
  };
}
