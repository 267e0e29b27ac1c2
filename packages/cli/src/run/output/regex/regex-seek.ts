import type { Clock } from "@fleetbus/core";
import { maxSlow, warningsOf, type Seek } from "./seeker.ts";
import { regexThread, type Looked } from "./thread.ts";

/** So much text may wait to be looked at; lines that come then are not. */
const maxWaiting = 16 * 1024 * 1024;
/** One batch: how far the thread is, is known after each. */
const batchLength = 64 * 1024;
/** How long the end of a run may wait for the rest. */
export const lastLookMs = 2000;

/** Tries a regex in a thread of its own, so that one that takes for ever holds up nothing. */
export function regexSeek(clock: Clock): Seek {
  return (regex, found) => {
    const state: State = { waiting: [], length: 0, batch: [], left: 0, slow: 0, isOver: false };
    const idle = new AbortController();
    const next = () => {
      if (state.batch.length > 0 || state.isOver) return;
      state.batch = nextBatch(state);
      if (state.batch.length > 0) thread.look(state.batch);
    };
    const stop = () => {
      state.isOver = true;
      state.left += state.batch.length + state.waiting.length;
      [state.batch, state.waiting] = [[], []];
      thread.close();
      idle.abort();
    };
    const onLooked = ({ fits, slow, looked }: Looked) => {
      if (state.isOver) return;
      const { batch } = state;
      for (const at of fits) found(batch[at] ?? "");
      state.batch = batch.slice(looked);
      state.slow += slow;
      if (state.slow >= maxSlow) return stop();
      state.batch = [];
      next();
      if (state.isEnding === true && state.batch.length === 0) stop();
    };
    const onProblem = (problem: string) => {
      state.problem = problem;
      if (!state.isOver) stop();
    };
    const thread = regexThread(regex, { onLooked, onProblem });
    return {
      take: (lines) => {
        const isRoom = !state.isOver && state.length <= maxWaiting;
        if (!isRoom) return void (state.left += lines.length);
        for (const line of lines) state.waiting.push(line);
        state.length += lines.reduce((sum, line) => sum + sizeOf(line), 0);
        next();
      },
      end: async () => {
        state.isEnding = true;
        if (state.batch.length === 0 && !state.isOver) stop();
        await clock.sleep(lastLookMs, idle.signal).catch(() => undefined); // all is looked at
        if (!state.isOver) stop();
        return warningsOf(state);
      },
    };
  };
}

interface State {
  waiting: string[];
  /** Of the text in `waiting`. */
  length: number;
  /** What the thread has. */
  batch: readonly string[];
  left: number;
  slow: number;
  problem?: string;
  isEnding?: boolean;
  isOver: boolean;
}

/** An empty line takes its place too. */
function sizeOf(line: string): number {
  return line.length + 32;
}

function nextBatch(state: State): readonly string[] {
  let [count, length] = [0, 0];
  for (; count < state.waiting.length && length < batchLength; count += 1)
    length += sizeOf(state.waiting[count] ?? "");
  state.length -= length;
  return state.waiting.splice(0, count);
}
