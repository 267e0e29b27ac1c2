import { FleetError } from "@fleetbus/core";
import type { SessionView } from "@fleetbus/core/api";
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
  const end = (pane: Running) => endOf(pane, { graceMs, mux }, context);
  const others = await Promise.all(own.filter((pane) => !isLast(pane)).map(end));
  const last = await Promise.all(own.filter(isLast).map(end));
  if (own.length > 0) await mux.closed();
  return [...last, ...others];
}

/** A pane with what runs in it. */
interface Running extends LaunchPane {
  /** The CLI's own process first, then the multiplexer's child, which may be its launcher. */
  readonly pids: readonly number[];
}

/**
 * Those that registered told their own pid: zellij tells none, and what tmux tells of Gemini is a launcher that hands no
 * signal on. Without a daemon nobody knows them.
 */
async function withPids(
  own: readonly LaunchPane[],
  mux: LaunchMux,
  context: Context,
): Promise<readonly Running[]> {
  if (own.length === 0) return [];
  const socket = await mux.socket();
  const { items } = await context
    .api()
    .sessions()
    .catch(() => ({ items: [] }));
  const pidOf = ({ id }: LaunchPane) => {
    const isIn = ({ pane, state }: SessionView) =>
      pane?.socket === socket && pane.id === id && state !== "ended" && state !== "lost";
    return items.find(isIn)?.pid;
  };
  return own.map((pane) => {
    const pids = new Set([pidOf(pane), pane.pid].flatMap((pid) => pid ?? []));
    return { ...pane, pids: [...pids] };
  });
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
  { id, pids, isDead, mark }: Running,
  { graceMs, mux }: { readonly graceMs: number; readonly mux: LaunchMux },
  context: Context,
): Promise<Stopped> {
  const name = mark?.name ?? id;
  const signalled = isDead ? [] : pids.filter((pid) => isSignalled(pid, "SIGTERM"));
  await allGone(signalled, graceMs, context);
  await mux.close(id);
  const isEnded = isDead || (await hasEnded({ id, pids, graceMs }, mux, context));
  await context.say(isEnded ? `ended ${name}` : `${name} does not end`);
  return { name, pid: pids[0], isEnded };
}

async function allGone(pids: readonly number[], graceMs: number, context: Context): Promise<boolean> {
  const gone = await Promise.all(pids.map((pid) => isGone(pid, graceMs, context)));
  return !gone.includes(false);
}

async function hasEnded(
  { id, pids, graceMs }: Pick<Running, "id" | "pids"> & { readonly graceMs: number },
  mux: LaunchMux,
  context: Context,
): Promise<boolean> {
  if (pids.length > 0) return allGone(pids, graceMs, context);
  return (await mux.panes()).every((pane) => pane.id !== id);
}
