import { FleetError } from "@fleetbus/core";
import type { Context } from "../../command/context.ts";
import { fleetId } from "./fleet-id.ts";
import { writeCrew, writeMark } from "./mark.ts";
import type { LaunchMux, Start } from "./mux.ts";
import { options, paneFormat, readPanes } from "./panes.ts";
import { muxRunner } from "./run-mux.ts";

/** The tmux server of whoever launches: the one that this terminal is in, else the default one. */
export function launchTmux(prefix: string, context: Context): LaunchMux {
  const runTmux = muxRunner("tmux", context);
  const fleet = fleetId(context.paths());
  const socket = context.world.env["TMUX"]?.split(",")[0];
  const server = socket ? ["-S", socket] : [];
  const run = (args: readonly string[]) => runTmux(["-u", ...server, ...args]);
  const must = async (args: readonly string[]) => {
    const { isDone, text } = await run(args);
    if (isDone) return text.trim();
    throw new FleetError("failed", `running tmux ${args[0]}: ${text}`);
  };
  return {
    name: "tmux",
    panes: async () => {
      const { isDone, text } = await run(["list-panes", "-a", "-F", paneFormat]);
      if (isDone) return readPanes(text, fleet);
      if (/no server running|error connecting|no current client|server exited/.test(text)) return [];
      throw new FleetError("failed", `asking tmux for its panes: ${text}`);
    },
    socket: () => must(["display-message", "-p", "#{socket_path}"]),
    open: (start, session) => must(opening(start, session, fleet)),
    refill: async (pane, { argv, dir, mark }) => {
      const marking = [";", "set-option", "-p", "-t", pane, options.pane, writeMark(mark, fleet)];
      await must(["respawn-pane", "-t", pane, "-c", literal(dir), "--", ...argv.map(word), ...marking]);
      return pane;
    },
    opened: async () => undefined, // nothing comes along
    screen: async (pane) => {
      const { isDone, text } = await run(["capture-pane", "-p", "-t", pane]);
      return isDone ? text : "";
    },
    close: async (pane) => void (await run(["kill-pane", "-t", pane])),
    closed: async () => undefined, // nothing is kept
    attachLine: (name) => `tmux attach -t =${name}`,
    renameLine: ({ id }) => `tmux rename-window -t ${id} <name>`,
  };
}

/** One call opens and marks. */
function opening({ argv, dir, mark }: Start, session: string | undefined, fleet: string): readonly string[] {
  const { crew, name } = mark;
  const where = session ?? `=${crew}`;
  const into =
    session === undefined
      ? ["new-session", "-d", "-s", crew, "-x", "200", "-y", "50"]
      : ["new-window", "-d", "-t", `${session}:`];
  const ownSession =
    session === undefined
      ? [";", "set-option", "-t", `${where}:`, options.session, writeCrew(crew, fleet)]
      : [];
  return [
    ...into,
    ...["-n", name, "-c", literal(dir), "-P", "-F", "#{pane_id}", "--"],
    ...argv.map(word),
    ...ownSession,
    ...[";", "set-option", "-p", "-t", `${where}:=${name}`, options.pane, writeMark(mark, fleet)],
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
