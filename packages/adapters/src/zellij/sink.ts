import {
  FleetError,
  type AdapterContext,
  type SendReceipt,
  type Sink,
  type WakeAttempt,
} from "@fleetbus/core";
import { typingJob } from "../typing/job.ts";
import { findProcess } from "../typing/process.ts";
import { isLostConnection, typeWake, type TypingJob } from "../typing/type-wake.ts";
import { typingSink } from "../typing/typing-sink.ts";
import type { ZellijConfig } from "./adapter.ts";
import { zellijAction } from "./call.ts";
import { zellijPlace, type ZellijPlace } from "./place.ts";
import { findArguments, findServer } from "./server.ts";
import { zellijTerminal } from "./zellij-terminal.ts";

/** The sink of the zellij adapter; each look is a call of its own. `close` ends sends that are under way: they reject with `unavailable`. */
export function zellijSink(config: ZellijConfig, context: AdapterContext): Sink {
  return typingSink<PlacedJob>(
    {
      doing: "typing into zellij",
      jobOf,
      laneOf: ({ place: { socketDir, session, paneId } }) => `${socketDir}/${session} ${paneId}`,
      type: (job, attempt, signal) => typeAt(job, { attempt, config, context }, signal),
    },
    context,
  );
}

interface PlacedJob extends TypingJob {
  readonly place: ZellijPlace;
}

function jobOf(attempt: WakeAttempt): PlacedJob | { readonly skipped: string } {
  const place = zellijPlace(attempt.pane);
  if (place === undefined) return { skipped: "its pane is not known" };
  const job = typingJob(attempt);
  return "skipped" in job ? job : { ...job, place };
}

interface Lent {
  readonly attempt: WakeAttempt;
  readonly config: ZellijConfig;
  readonly context: AdapterContext;
}

/** A session that is gone or renamed, a zellij that is missing or too old is nothing to retry: the next rung is better. */
async function typeAt(
  job: PlacedJob,
  { attempt, config, context }: Lent,
  signal: AbortSignal,
): Promise<SendReceipt> {
  const { clock } = context;
  const how = { find: findProcess, argumentsOf: findArguments };
  const serverPid = (await findServer(job.pid, job.place, how)) ?? 0;
  const action = zellijAction(config, job.place);
  const terminal = zellijTerminal({ action, clock, paneId: job.place.paneId, serverPid });
  const stillWanted = () => context.stillWanted(attempt.nonce);
  try {
    return await typeWake(job, { terminal, clock, find: findProcess, stillWanted }, signal);
  } catch (error) {
    if (signal.aborted || !(isLostConnection(error) || isNoZellij(error))) throw error;
    const typed = job.progress.hasTyped ? { providerId: terminal.id } : {};
    return { ...typed, skipped: error.message };
  }
}

function isNoZellij(error: unknown): error is FleetError {
  return error instanceof FleetError && (error.code === "version" || error.code === "config");
}
