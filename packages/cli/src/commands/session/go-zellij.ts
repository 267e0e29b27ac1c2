import { basename, dirname } from "node:path";
import { FleetError, type Pane } from "@fleetbus/core";
import type { Context } from "../../command/context.ts";

/**
 * In the same session of zellij (0.44.1 or newer) the focus moves; outside of zellij this terminal is attached to it. From
 * another session the way is zellij's own, which takes the client along.
 */
export async function goInZellij({ socket, id }: Pane, context: Context): Promise<void> {
  const { env, stdout, signal } = context.world;
  const [socketDir, session] = [dirname(socket), basename(socket)];
  const isInside = env["ZELLIJ_SESSION_NAME"] === session && env["ZELLIJ"] !== undefined;
  if (!isInside && env["ZELLIJ"] !== undefined)
    throw new FleetError(
      "usage",
      `going to a pane of ${session}: you are in another zellij session; zellij action switch-session ${session} --pane-id terminal_${id} goes there`,
    );
  if (!isInside && !stdout.isTerminal)
    throw new FleetError("usage", "going to a pane: this is no terminal to show it in");
  const { execa } = await import("execa");
  const zellij = async (args: readonly string[], stdio: "pipe" | "inherit") => {
    const how = { stdio, reject: false, cancelSignal: signal, extendEnv: false } as const;
    const result = await execa("zellij", args, { ...how, env: { ...env, ZELLIJ_SOCKET_DIR: socketDir } });
    if (!result.failed) return;
    const why = String(result.stderr ?? "").trim() || result.shortMessage;
    throw new FleetError("failed", `going to pane ${id} of ${session} (zellij 0.44.1 or newer can): ${why}`);
  };
  await zellij(["--session", session, "action", "focus-pane-id", `terminal_${id}`], "pipe");
  if (!isInside) await zellij(["attach", session], "inherit");
}
