import {
  FleetError,
  wakeAttemptSchema,
  type AdapterContext,
  type SendReceipt,
  type Sink,
  type WakeAttempt,
} from "@fleetbus/core";
import type { TmuxConfig } from "./adapter.ts";
import { controlPool, type ControlLease, type ControlPool } from "./control/pool.ts";
import { typingJob } from "../typing/job.ts";
import { findProcess } from "../typing/process.ts";
import { isLostConnection, typeWake, type TypingJob } from "../typing/type-wake.ts";
import { deadlineAt } from "../wake/deadline.ts";
import { parseWake } from "../wake/parse-wake.ts";
import { lanes } from "../waiting/lanes.ts";
import { isPaneId } from "./pane/facts.ts";
import { tmuxTerminal } from "./typing/tmux-terminal.ts";

/** So that a server that lets nobody stay costs little. */
const reattachMs = 100;

/** The sink of the tmux adapter. `close` ends sends that are under way: they reject with `unavailable`. */
export function tmuxSink(config: TmuxConfig, context: AdapterContext): Sink {
  const { clock } = context;
  const pool = controlPool({ command: config.command, idleMs: config.idleMs, clock });
  const closing = new AbortController();
  const inLane = lanes();
  let isOpen = false;
  return {
    connect: async (signal) => {
      signal.throwIfAborted();
      isOpen = true; // servers are connected to when a wake names one
    },
    send: async (event, signal) => {
      if (!isOpen) throw new FleetError("unavailable", "typing into tmux: the adapter is not connected");
      signal.throwIfAborted();
      const attempt = parseWake(event, wakeAttemptSchema);
      const job = jobOf(attempt);
      if ("skipped" in job) return job;
      const deadline = deadlineAt(attempt.deadline, clock, AbortSignal.any([signal, closing.signal]));
      const work = () => typeOver({ attempt, job, pool, config, context }, deadline.signal);
      try {
        return await inLane(`${job.socket} ${job.paneId}`, work, deadline.signal);
      } catch (error) {
        if (!deadline.isOver()) throw error;
        return { skipped: `the deadline passed: ${job.progress.reason}` };
      } finally {
        deadline.close();
      }
    },
    close: async () => {
      isOpen = false;
      closing.abort(new FleetError("unavailable", "typing into tmux: the adapter was closed"));
      await pool.close();
    },
  };
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
