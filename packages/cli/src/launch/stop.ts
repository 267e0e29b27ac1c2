import { FleetError } from "@fleetbus/core";
import type { Context } from "../command/context.ts";
import { isGone, isSignalled } from "./ending.ts";
import { requireFreeSession } from "./plan.ts";
import type { LaunchMux, LaunchPane } from "./mux/mux.ts";

/** What became of one that was to end. */
export interface Stopped {
  readonly name: string;
  /** Undefined where neither the multiplexer nor a registration tells it. */
  readonly pid: number | undefined;
  readonly isEnded: boolean;
}

/**
 * Ends what launches of this name started, by its marks, and nothing else: SIGTERM, after `graceMs` its pane is closed,
 * and after `graceMs` more it is said to be left. The commander, and the window that this runs in, come last.
 */
export async function stop(
  { prefix, graceMs }: { readonly prefix: string; readonly graceMs: number },
  mux: LaunchMux,
  context: Context,
): Promise<readonly Stopped[]> {
  const panes = await mux.panes();
  requireFreeSession({ prefix, doing: "stopping" }, panes, mux);
  const own = await withPids(
    panes.filter(({ mark }) => mark?.crew === prefix),
    mux,
    context,
  );
  const { TMUX_PANE, ZELLIJ_PANE_ID } = context.world.env;
  const isLast = ({ id, mark }: LaunchPane) =>
    mark?.name === `${prefix}-commander` || id === (mux.name === "tmux" ? TMUX_PANE : ZELLIJ_PANE_ID);
  const end = (pane: LaunchPane) => endOf(pane, { graceMs, mux }, context);
  const others = await Promise.all(own.filter((pane) => !isLast(pane)).map(end));
  const last = await Promise.all(own.filter(isLast).map(end));
  if (own.length > 0) await mux.closed();
  return [...last, ...others];
}

/** zellij tells no pids: those that registered told their own. */
async function withPids(
  own: readonly LaunchPane[],
  mux: LaunchMux,
  context: Context,
): Promise<readonly LaunchPane[]> {
  if (own.every(({ pid }) => pid !== undefined)) return own;
  const [socket, { items }] = [await mux.socket(), await context.api().sessions()];
  const pidOf = ({ id }: LaunchPane) =>
    items.find(({ pane, state }) => pane?.socket === socket && pane.id === id && state !== "ended")?.pid;
  return own.map((pane) => ({ ...pane, pid: pane.pid ?? pidOf(pane) }));
}

/** What a stop could not end. Throws `failed` naming the processes. */
export function requireEnded(stopped: readonly Stopped[]): void {
  const left = stopped.filter(({ isEnded }) => !isEnded);
  if (left.length === 0) return;
  const list = left.map(({ name, pid }) => `${name} (process ${pid ?? "not known"})`).join(", ");
  const pids = left.flatMap(({ pid }) => pid ?? []).join(" ");
  const way = pids === "" ? "" : `; kill -9 ${pids} ends them at once`;
  throw new FleetError("failed", `stopping: still running: ${list}${way}`);
}

async function endOf(
  { id, pid, isDead, mark }: LaunchPane,
  { graceMs, mux }: { readonly graceMs: number; readonly mux: LaunchMux },
  context: Context,
): Promise<Stopped> {
  const name = mark?.name ?? id;
  if (!isDead && pid !== undefined && isSignalled(pid, "SIGTERM")) await isGone(pid, graceMs, context);
  await mux.close(id);
  const isEnded = isDead || (await hasEnded({ id, pid, graceMs }, mux, context));
  await context.say(isEnded ? `ended ${name}` : `${name} does not end`);
  return { name, pid, isEnded };
}

async function hasEnded(
  { id, pid, graceMs }: Pick<LaunchPane, "id" | "pid"> & { readonly graceMs: number },
  mux: LaunchMux,
  context: Context,
): Promise<boolean> {
  if (pid !== undefined) return isGone(pid, graceMs, context);
  return (await mux.panes()).every((pane) => pane.id !== id);
}
