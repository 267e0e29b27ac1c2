import { FleetError, type Pane } from "@fleetbus/core";
import type { SessionView } from "@fleetbus/core/api";
import type { Context } from "../../command/context.ts";
import { defineCommand } from "../../command/define.ts";
import { required } from "../../command/flags.ts";
import { goInZellij } from "./go-zellij.ts";

/** `fleet session go <session>` */
export const go = defineCommand({
  about: "Jumps to the session's pane in tmux or zellij: switches the client you are in, or attaches one.",
  args: { session: required("<session>", "the session") },
  flags: {},
  examples: [{ line: "fleet session go web", about: "shows web's pane" }],
  async run({ session }, context) {
    const view = await context.api().session(session);
    const pane = paneOf(view);
    await (pane.mux === "zellij" ? goInZellij(pane, context) : jump(pane, context));
  },
});

function paneOf(view: SessionView): Pane {
  const { pane, machine, name } = view;
  if (pane !== undefined) return pane;
  throw new FleetError(
    "failed",
    `going to ${machine}/${name}: it has no pane that fleet knows; only panes of tmux and zellij can be jumped to`,
  );
}

/** In a client of the same server that client moves; else this terminal becomes one. argv only, never a shell. */
async function jump(pane: Pane, context: Context): Promise<void> {
  const { env, stdout, signal } = context.world;
  const { execa } = await import("execa");
  const tmux = async (args: readonly string[], stdio: "pipe" | "inherit") => {
    const { TMUX: _outer, ...outside } = env;
    const options = {
      stdio,
      reject: false,
      cancelSignal: signal,
      extendEnv: false,
      env: stdio === "inherit" ? outside : env,
    } as const;
    const result = await execa("tmux", ["-S", pane.socket, ...args], options);
    if (result.failed)
      throw new FleetError(
        "failed",
        `going to pane ${pane.id}: ${String(result.stderr ?? "") || result.shortMessage}`,
      );
  };
  const isInside = env["TMUX"]?.split(",")[0] === pane.socket;
  if (!isInside && !stdout.isTerminal)
    throw new FleetError("usage", "going to a pane: this is no terminal to show it in");
  await tmux(["select-window", "-t", pane.id, ";", "select-pane", "-t", pane.id], "pipe");
  await tmux(
    isInside ? ["switch-client", "-t", pane.id] : ["attach-session", "-t", pane.id],
    isInside ? "pipe" : "inherit",
  );
}
