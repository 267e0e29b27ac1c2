import { Worker } from "node:worker_threads";
import { maxLineMs, maxSlow } from "./seeker.ts";

/** What came of some lines: where those are that fit and those that took too long, and how many were looked at. */
export interface Looked {
  readonly fits: readonly number[];
  readonly slow: number;
  readonly looked: number;
}

/** A thread that tries one regex, a batch of lines at a time. */
export interface RegexThread {
  look(lines: readonly string[]): void;
  /** Ends it, whatever it does. */
  close(): void;
}

/** What the thread tells; `onProblem` once, when it can do no more. */
export interface ThreadEnds {
  onLooked(looked: Looked): void;
  onProblem(problem: string): void;
}

/**
 * The thread's own program, as text: it is the same in a bundle. Its engine can be stopped within a match, and then a line
 * is tried once more by itself, for only the batch may have taken so long, or the whole machine.
 */
const program = `
const { parentPort, workerData } = require("node:worker_threads");
const { Script } = require("node:vm");
const { source, flags, maxLineMs, maxSlow } = workerData;
const state = (globalThis.state = { regex: new RegExp(source, flags), slow: 0 });
const script = new Script(
  "for (; state.at < state.end; state.at += 1) if (state.regex.test(state.lines[state.at])) state.fits.add(state.at);"
);
function tryUntil(end) {
  state.end = end;
  try {
    script.runInThisContext({ timeout: maxLineMs });
    return true;
  } catch {
    return false; // stopped, or it ran out of its own stack
  }
}
parentPort.on("message", (lines) => {
  Object.assign(state, { lines, at: 0, fits: new Set() });
  const before = state.slow;
  while (state.at < lines.length && state.slow < maxSlow && !tryUntil(lines.length)) {
    if (tryUntil(state.at + 1)) continue;
    state.slow += 1;
    state.at += 1;
  }
  parentPort.postMessage({ fits: [...state.fits], slow: state.slow - before, looked: state.at });
});
`;

/** Starts it; it keeps no process alive and sees nothing of this one's environment. */
export function regexThread({ source, flags }: RegExp, ends: ThreadEnds): RegexThread {
  const worker = new Worker(program, {
    ...{ eval: true, env: {}, execArgv: [], name: "regex" },
    workerData: { source, flags, maxLineMs, maxSlow },
  });
  worker.unref();
  worker.on("message", (looked: Looked) => ends.onLooked(looked));
  worker.once("error", (error) => ends.onProblem(error.message));
  return { look: (lines) => worker.postMessage(lines), close: () => void worker.terminate() };
}
