import {
  FleetError,
  sanitiseLine,
  type AdapterContext,
  type SendReceipt,
  type Sink,
  type WakeAttempt,
} from "@fleetbus/core";
import { runProgram } from "../program/run-program.ts";
import type { Deadline } from "../wake/deadline.ts";
import { wakeSink } from "../wake/wake-sink.ts";
import type { CodexQueueConfig } from "./adapter.ts";

const doing = "queueing a prompt for Codex";
/** A thread's own name: anything else could be read as an option, or be the name of several. */
const thread = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const maxShown = 200;

/** The sink of the codex-queue adapter. */
export function codexQueueSink(config: CodexQueueConfig, context: AdapterContext): Sink {
  return wakeSink(
    { doing, act: (attempt, deadline) => queue(attempt, deadline, { config, context }) },
    context,
  );
}

interface Lent {
  readonly config: CodexQueueConfig;
  readonly context: AdapterContext;
}

/** Where it fails the next rung is better than a second try: it may have been queued all the same. */
async function queue(
  attempt: WakeAttempt,
  deadline: Deadline,
  { config, context }: Lent,
): Promise<SendReceipt> {
  const { cliSession = "", text, nonce } = attempt;
  if (!thread.test(cliSession)) return { skipped: "its thread is not known" };
  if (deadline.isOver()) return { skipped: "the deadline passed" };
  if (!(await context.stillWanted(nonce))) return { skipped: "no longer wanted" };
  const { program, env, timeoutMs } = config;
  const command = [program, "queue", "--thread", cliSession, "--message", text];
  try {
    const { code, stderr } = await runProgram({ doing, command, env, timeoutMs }, deadline.signal);
    if (code === 0) return {};
    return { skipped: `codex queue: ${sanitiseLine(stderr).slice(-maxShown) || `exit ${code}`}` };
  } catch (error) {
    if (deadline.isOver()) return { skipped: "the deadline passed" };
    if (deadline.signal.aborted || !(error instanceof FleetError)) throw error;
    return { skipped: error.message };
  }
}
