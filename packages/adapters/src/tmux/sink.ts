import type { AdapterContext, SendReceipt, Sink, WakeAttempt } from "@fleetbus/core";
import type { TmuxConfig } from "./adapter.ts";
import { controlPool, type ControlLease, type ControlPool } from "./control/pool.ts";
import { typingJob } from "../typing/job.ts";
import { findProcess } from "../typing/process.ts";
import { isLostConnection, typeWake, type TypingJob } from "../typing/type-wake.ts";
import { typingSink } from "../typing/typing-sink.ts";
import { isPaneId } from "./pane/facts.ts";
import { tmuxTerminal } from "./typing/tmux-terminal.ts";

/** So that a server that lets nobody stay costs little. */
const reattachMs = 100;

/** The sink of the tmux adapter; servers are connected to when a wake names one. `close` ends sends that are under way: they reject with `unavailable`. */
export function tmuxSink(config: TmuxConfig, context: AdapterContext): Sink {
  const pool = controlPool({ command: config.command, idleMs: config.idleMs, clock: context.clock });
  const sink = typingSink<SocketJob>(
    {
      doing: "typing into tmux",
      jobOf,
      laneOf: ({ socket, paneId }) => `${socket} ${paneId}`,
      type: (job, attempt, signal) => typeOver({ attempt, job, pool, config, context }, signal),
    },
    context,
  );
  const close = async () => {
    await sink.close();
    await pool.close();
  };
  return { ...sink, close };
}

interface SocketJob extends TypingJob {
  readonly socket: string;
  readonly paneId: string;
}

function jobOf(attempt: WakeAttempt): SocketJob | { readonly skipped: string } {
  const { pane } = attempt;
  if (pane?.mux !== "tmux" || !isPaneId(pane.id)) return { skipped: "its pane is not known" };
  const job = typingJob(attempt);
  return "skipped" in job ? job : { ...job, socket: pane.socket, paneId: pane.id };
}

interface Typing {
  readonly attempt: WakeAttempt;
  readonly job: SocketJob;
  readonly pool: ControlPool;
  readonly config: TmuxConfig;
  readonly context: AdapterContext;
}

/** Types over the shared connection, and over the next one when the session that it was attached to ends. */
async function typeOver(typing: Typing, signal: AbortSignal): Promise<SendReceipt> {
  const { job, config, context } = typing;
  const stillWanted = () => context.stillWanted(typing.attempt.nonce);
  for (;;) {
    const lease = await leaseFor(typing, signal);
    if ("skipped" in lease) return lease;
    const { clock } = context;
    const { paneId } = job;
    const terminal = tmuxTerminal({ client: lease.client, clock, paneId, quietMs: config.quietMs });
    try {
      return await typeWake(job, { terminal, clock, find: findProcess, stillWanted }, signal);
    } catch (error) {
      if (signal.aborted || !isLostConnection(error)) throw error;
      context.log.debug({ socket: job.socket }, "the connection to tmux ended; attaching again");
      await context.clock.sleep(reattachMs, signal);
    } finally {
      terminal.close();
      lease.release();
    }
  }
}

/** Without a server there is no pane; that is nothing to retry. */
async function leaseFor(
  { job, pool }: Typing,
  signal: AbortSignal,
): Promise<ControlLease | { readonly skipped: string }> {
  try {
    return await pool.lease(job.socket, signal);
  } catch (error) {
    if (signal.aborted || !isLostConnection(error)) throw error;
    return { skipped: `the tmux server is gone: ${error.message}` };
  }
}
