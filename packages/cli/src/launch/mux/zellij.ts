import { join } from "node:path";
import { isNewEnoughZellij } from "@fleetbus/adapters";
import { FleetError } from "@fleetbus/core";
import type { Context } from "../../command/context.ts";
import type { World } from "../../world/world.ts";
import { fleetId } from "./fleet-id.ts";
import { writeMark } from "./mark.ts";
import type { LaunchMux, Start } from "./mux.ts";
import { muxRunner, type RunMux } from "./run-mux.ts";
import { markVariable, readZellijPanes, type ZellijLaunchPane } from "./zellij-panes.ts";

/** zellij 0.44 or newer; a crew has the session of its name. What zellij takes and says: docs/launch.md, "In zellij". */
export function launchZellij(prefix: string, context: Context): LaunchMux {
  const run = muxRunner("zellij", context);
  const action = (args: readonly string[]) => run(["--session", prefix, "action", ...args]);
  const must = async (args: readonly string[]) => {
    const { isDone, text } = await action(args);
    if (isDone) return text.trim();
    throw new FleetError("failed", `running zellij action ${args[0]}: ${text}`);
  };
  const fleet = fleetId(context.paths());
  const terminals = async () =>
    readZellijPanes(await must(["list-panes", "--json"]), { session: prefix, fleet });
  const openTab = (start: Start) => openedIn(start, { must, terminals, fleet });
  let cameAlong: readonly string[] = [];
  return {
    name: "zellij",
    panes: async () => {
      await requireNewEnough(run);
      return (await stateOf(prefix, run)) === "lives" ? terminals() : [];
    },
    socket: async () => join(socketDirOf(context.world), prefix),
    open: async (start, session) => {
      if (session === undefined) cameAlong = await create(prefix, { run, terminals }, context);
      return openTab(start);
    },
    refill: async (pane, start) => {
      const id = await openTab(start);
      await action(["close-pane", "--pane-id", `terminal_${pane}`]);
      return id;
    },
    opened: async () => {
      for (const id of cameAlong) await action(["close-pane", "--pane-id", `terminal_${id}`]);
    },
    screen: async (pane) => {
      const { isDone, text } = await action(["dump-screen", "--pane-id", `terminal_${pane}`]);
      return isDone ? text : "";
    },
    close: async (pane) => void (await action(["close-pane", "--pane-id", `terminal_${pane}`])),
    // Else the next launch would find it ended, and zellij would resurrect it with commands that wait for a key.
    closed: async () => {
      if ((await stateOf(prefix, run)) === "ended") await run(["delete-session", prefix]);
    },
    attachLine: (name) => `zellij attach ${name}`,
    renameLine: () => "Ctrl t and r in that tab",
  };
}

/** zellij would start a session of a name that it still keeps with its former commands. */
async function create(
  prefix: string,
  {
    run,
    terminals,
  }: { readonly run: RunMux; readonly terminals: () => Promise<readonly ZellijLaunchPane[]> },
  { world }: Context,
): Promise<readonly string[]> {
  if ((await stateOf(prefix, run)) === "ended")
    throw new FleetError(
      "conflict",
      `launching ${prefix}: zellij keeps a session ${prefix} that ended, to resurrect it: zellij delete-session ${prefix}, or give another --name`,
    );
  const { isDone, text } = await run(["attach", "--create-background", prefix]);
  if (!isDone) throw new FleetError("failed", `making the zellij session ${prefix}: ${text}`);
  const endsAt = world.clock.monotonic() + 10_000;
  for (;;) {
    const first = (await stateOf(prefix, run)) === "lives" ? await terminals() : [];
    if (first.length > 0) return first.map(({ id }) => id);
    if (world.clock.monotonic() > endsAt)
      throw new FleetError("failed", `making the zellij session ${prefix}: it has no pane after 10 s`);
    await world.clock.sleep(50, world.signal);
  }
}

/** zellij answers with the tab's id; the pane in it is ours by its mark. */
async function openedIn(
  { argv, dir, mark }: Start,
  how: {
    readonly must: (args: readonly string[]) => Promise<string>;
    readonly terminals: () => Promise<readonly ZellijLaunchPane[]>;
    readonly fleet: string;
  },
): Promise<string> {
  const command = ["env", `${markVariable}=${writeMark(mark, how.fleet)}`, ...argv];
  const where = ["--name", mark.name, "--cwd", dir, "--close-on-exit"];
  const tab = await how.must(["new-tab", ...where, "--", ...command]);
  const mine = (await how.terminals()).find((pane) => pane.tab === Number(tab));
  return mine?.id ?? `of tab ${tab}, which closed at once`;
}

async function requireNewEnough(run: RunMux): Promise<void> {
  const { text } = await run(["--version"]);
  if (isNewEnoughZellij(text)) return;
  throw new FleetError(
    "version",
    `looking for zellij: ${text.trim()} is too old to launch in; install 0.44 or newer, or use --mux tmux`,
  );
}

/** What zellij knows of the session of that name. */
async function stateOf(prefix: string, run: RunMux): Promise<"lives" | "ended" | "unknown"> {
  const { isDone, text } = await run(["list-sessions", "--no-formatting"]);
  const row = isDone ? text.split("\n").find((line) => line.startsWith(`${prefix} [`)) : undefined;
  if (row === undefined) return "unknown";
  return /\(EXITED\b/.test(row) ? "ended" : "lives";
}

/** Where zellij keeps its sockets, as its hooks' client tells it (zellij-utils/src/consts.rs, ZELLIJ_SOCK_DIR). */
function socketDirOf({ env }: World): string {
  const { ZELLIJ_SOCKET_DIR, XDG_RUNTIME_DIR, TMPDIR } = env;
  if (ZELLIJ_SOCKET_DIR) return ZELLIJ_SOCKET_DIR;
  if (XDG_RUNTIME_DIR) return join(XDG_RUNTIME_DIR, "zellij");
  return join(TMPDIR || "/tmp", `zellij-${process.getuid?.() ?? 0}`);
}
