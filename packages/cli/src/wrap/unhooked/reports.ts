import type { Clock } from "@fleetbus/core";
import type { PtyReport, PtyReportAnswer } from "@fleetbus/core/api";

/** Tells the daemon what is seen of a command. */
export interface Reports {
  /** In order, each until the daemon has it; one that another one of its kind follows is left out. */
  tell(report: PtyReport): void;
  /** Resolves when all is told, or the daemon said that it wants to hear nothing. Never rejects. */
  told(): Promise<void>;
}

/** What telling needs. */
export interface ReportsDeps {
  readonly clock: Clock;
  /** Rejects where no daemon answers. */
  send(report: PtyReport): Promise<PtyReportAnswer>;
  /** Ends the waiting for a daemon. */
  readonly signal: AbortSignal;
}

/** How long until a daemon that does not answer is tried again. */
const againMs = 5000;

/** The reports of one wrapped command. */
export function reports({ clock, send, signal }: ReportsDeps): Reports {
  const waiting: PtyReport[] = [];
  let isHeard = true;
  let working: Promise<void> | undefined;
  const work = async () => {
    for (let next = waiting[0]; next !== undefined && isHeard; next = waiting[0]) {
      const answer = await send(next).catch(() => undefined); // no daemon: it may come
      if (answer === undefined) await clock.sleep(againMs, signal);
      else {
        isHeard = answer.session !== undefined;
        waiting.splice(waiting.indexOf(next), 1);
      }
    }
  };
  const start = () => {
    if (working !== undefined || waiting.length === 0 || !isHeard || signal.aborted) return;
    const ended = work().catch(() => undefined); // the command has ended, and nobody answered
    working = ended.then(() => {
      working = undefined;
      start(); // what was told in this very moment
    });
  };
  return {
    tell: (report) => {
      if (!isHeard) return;
      // The first may be under way.
      if (waiting.length > 1 && waiting.at(-1)?.prompt === undefined) waiting.pop();
      waiting.push(report);
      start();
    },
    told: () => working ?? Promise.resolve(),
  };
}
