import { FleetError, type Clock, type SendReceipt } from "@fleetbus/core";
import type { FindProcess } from "./process.ts";
import type { ComposerFacts } from "./screen/clis.ts";
import type { Terminal } from "./terminal.ts";
import { wayOf, type Way } from "./way.ts";

/** One line for one pane, and what has become of it so far: it outlives a connection that ends in between. */
export interface TypingJob {
  /** The CLI's process. */
  readonly pid: number;
  readonly facts: ComposerFacts;
  readonly line: string;
  /** Only Enter is missing: the line was typed by an earlier attempt. */
  readonly isRetry: boolean;
  readonly progress: { hasTyped: boolean; reason: string };
}

/** What typing needs of the world. */
export interface TypingWorld {
  /** Closed by whoever opened it. */
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly find: FindProcess;
  stillWanted(): Promise<boolean>;
}

/**
 * When to look again though no change was told of, by the number of looks before: soon at first, for a screen that is
 * being drawn (tmux notices a change within a second), then seldom, for a menu that closes without moving the cursor.
 */
const lookAgainMs = [20, 100, 500, 2000];
/** From the paste until the CLI has drawn it; one that shows no more than a part of it yet is given time: its machine is busy. */
const settleMs = { other: 1000, part: 5000 };
const drawMs = 2;

const withdrawn = "no longer wanted";

/**
 * Waits until the way is free, pastes, waits until exactly our text stands in the composer, presses Enter (DESIGN §6).
 * Clears nothing and submits nothing but its own text; `skipped` says why it did not act. Rejects with the signal's
 * reason, or with `unavailable` when the connection ends: the same job may then go on over another one.
 */
export async function typeWake(
  job: TypingJob,
  world: TypingWorld,
  signal: AbortSignal,
): Promise<SendReceipt> {
  const round: Round = { job, world, signal, looks: { count: 0 } };
  const skipped = job.progress.hasTyped ? undefined : await type(round);
  if (skipped !== undefined) return { skipped };
  const unsubmitted = await submit(round);
  // With the pane's id: text was typed, though not submitted.
  return {
    providerId: world.terminal.id,
    ...(unsubmitted === undefined ? {} : { skipped: unsubmitted }),
  };
}

interface Round {
  readonly job: TypingJob;
  readonly world: TypingWorld;
  readonly signal: AbortSignal;
  /** Since the last change. */
  readonly looks: { count: number };
}

/** Until our text is typed, now or before; a reason when it will not be. */
async function type(round: Round): Promise<string | undefined> {
  const { job, world, signal } = round;
  for (;;) {
    const way = await see(round);
    if (way.is === "ours") return undefined;
    if (way.is === "gone") return way.reason;
    if (job.isRetry && way.is !== "blocked")
      return "the text of the first attempt no longer stands alone in the composer";
    if (way.is === "free") {
      if (!(await world.stillWanted())) return withdrawn;
      job.progress.hasTyped = await way.sight.paste(job.line, signal);
      if (job.progress.hasTyped) return undefined;
    }
    await waitAfter(way, round);
    // Asked again before typing; here it spares a wait for nothing.
    if (!(await world.stillWanted())) return withdrawn;
  }
}

/** Until Enter is pressed; a reason when it will not be. */
async function submit(round: Round): Promise<string | undefined> {
  const { job, world, signal } = round;
  const { clock } = world;
  const pastedAt = clock.monotonic();
  if (job.progress.hasTyped) await clock.sleep(job.facts.pasteWaitMs, signal);
  for (;;) {
    const way = await see(round);
    if (way.is === "gone") return `typed, but not submitted: ${way.reason}`;
    if (way.is === "ours") {
      if (!(await world.stillWanted()))
        return "typed, but no longer wanted: the text stands in the composer without Enter";
      if (await way.sight.enter(signal)) return undefined;
    }
    if (isDrawing(way, clock.monotonic() - pastedAt)) await clock.sleep(drawMs, signal);
    else if (way.is === "draft")
      return "somebody's keys came between the text and Enter: Enter was not pressed";
    else if (way.is === "free") return "the text left the composer before Enter was pressed";
    else await waitAfter(way, round);
  }
}

function isDrawing(way: Way, sincePasteMs: number): boolean {
  if (way.is !== "free" && way.is !== "draft") return false;
  return sincePasteMs < (way.is === "free" || way.isPart ? settleMs.part : settleMs.other);
}

async function see({ job, world, signal }: Round): Promise<Way> {
  const sight = await world.terminal.look(job.facts, signal);
  const way = await wayOf(sight, { pid: job.pid, facts: job.facts, line: job.line, find: world.find });
  if ("reason" in way) job.progress.reason = way.reason;
  return way;
}

/** Until a change, or until it is worth looking again: when a person's keys have rested, or by the number of looks so far. */
async function waitAfter(way: Way, { world, signal, looks }: Round): Promise<void> {
  const again = lookAgainMs[Math.min(looks.count, lookAgainMs.length - 1)] ?? 0;
  looks.count += 1;
  const retryInMs = "retryInMs" in way ? (way.retryInMs ?? again) : again;
  if (await world.terminal.change(Math.min(retryInMs, 2000), signal)) looks.count = 0;
}

/** Whether a rejection means that another connection may be tried. */
export function isLostConnection(error: unknown): error is FleetError {
  return error instanceof FleetError && error.code === "unavailable";
}
