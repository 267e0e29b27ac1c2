import { FleetError } from "@fleetbus/core";
import type { Context } from "../command/context.ts";
import { isGone, isSignalled } from "./ending.ts";
import { requireFreeSession } from "./plan.ts";
import type { LaunchPane } from "./panes.ts";
import type { LaunchTmux } from "./tmux.ts";

/** What became of one that was to end. */
export interface Stopped {
  readonly name: string;
  readonly pid: number;
  readonly isEnded: boolean;
}

/**
 * Ends what launches of this name started, by its marks, and nothing else: SIGTERM, after `graceMs` its pane is closed,
 * and after `graceMs` more it is said to be left. The workers first: the command may run in the commander's window.
 */
export async function stop(
  { prefix, graceMs }: { readonly prefix: string; readonly graceMs: number },
  tmux: LaunchTmux,
  context: Context,
): Promise<readonly Stopped[]> {
  const panes = await tmux.panes();
  requireFreeSession(prefix, panes);
  const own = panes.filter(({ mark }) => mark?.crew === prefix);
  const isCommander = ({ mark }: LaunchPane) => mark?.name === `${prefix}-commander`;
  const end = (pane: LaunchPane) => endOf(pane, { graceMs, tmux }, context);
  const workers = await Promise.all(own.filter((pane) => !isCommander(pane)).map(end));
  const commanders = await Promise.all(own.filter(isCommander).map(end));
  return [...commanders, ...workers];
}

/** What a stop could not end. Throws `failed` naming the processes. */
export function requireEnded(stopped: readonly Stopped[]): void {
  const left = stopped.filter(({ isEnded }) => !isEnded);
  if (left.length === 0) return;
  const list = left.map(({ name, pid }) => `${name} (process ${pid})`).join(", ");
  const pids = left.map(({ pid }) => pid).join(" ");
  throw new FleetError("failed", `stopping: still running: ${list}; kill -9 ${pids} ends them at once`);
}

async function endOf(
  { id, pid, isDead, mark }: LaunchPane,
  { graceMs, tmux }: { readonly graceMs: number; readonly tmux: LaunchTmux },
  context: Context,
): Promise<Stopped> {
  const name = mark?.name ?? id;
  if (!isDead && isSignalled(pid, "SIGTERM")) await isGone(pid, graceMs, context);
  await tmux.close(id);
  const isEnded = isDead || (await isGone(pid, graceMs, context));
  await context.say(isEnded ? `ended ${name}` : `${name} does not end`);
  return { name, pid, isEnded };
}
