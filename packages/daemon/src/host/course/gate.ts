import {
  afterAnswer,
  afterFailure,
  afterNothing,
  askBreaker,
  closedBreaker,
  FleetError,
  rateFreeAt,
  rateTaken,
  retryAfterOf,
  type Breaker,
  type Clock,
  type Rate,
  type Recent,
} from "@fleetbus/core";
import { restOf, type Rest } from "../effects/rest.ts";

/**
 * What every send of an instance passes: its rate, the time that the far side asked to be left alone, and its breaker.
 * Who has entered says how it ended by one of `answered`, `failed` and `left`.
 */
export interface Gate {
  /** Resolves when one send may begin; rejects with the signal's reason, and as `isPausedError` says once it is shut. */
  enter(signal: AbortSignal): Promise<void>;
  /** The far side took it, or refused it: it is there. */
  answered(): void;
  /** It was not there, or asked to be left alone. */
  failed(error: FleetError): void;
  /** The send ended without a result. */
  left(): void;
  /** What an earlier run knew of the far side; it counts where this one knows nothing yet. */
  recall(rest: Rest): void;
  /** Nobody enters any more, nor waits. */
  shut(): void;
  open(): void;
  breaker(): Breaker;
  /** How many wait. */
  waiting(): number;
}

/** What a gate needs. */
export interface GateDeps {
  readonly clock: Clock;
  readonly rate?: Rate | undefined;
  onChange(before: Breaker["state"], after: Breaker["state"]): void;
  /** The far side is to be left alone; undefined: it may be called again. */
  onRest(rest: Rest | undefined): void;
}

/** Whether a send did not begin because its adapter is paused. */
export function isPausedError(error: unknown): boolean {
  return error instanceof FleetError && error.details["isPaused"] === true;
}

function pausedError(): FleetError {
  return new FleetError("unavailable", "sending: the adapter is paused", { details: { isPaused: true } });
}

/** An open gate. */
export function gateOf(deps: GateDeps): Gate {
  const { clock, rate } = deps;
  let breaker = closedBreaker;
  let recent: Recent = [];
  let notBefore = 0;
  let waiting = 0;
  let shutting = new AbortController();
  let changed = new AbortController();
  const become = (next: Breaker) => {
    const before = breaker.state;
    breaker = next;
    changed.abort();
    changed = new AbortController();
    if (before !== next.state) deps.onChange(before, next.state);
  };
  /** When to look again; undefined: at the next change; `now` or before: it has entered. */
  const ask = (now: number): number | undefined => {
    const free = Math.max(notBefore, rate === undefined ? now : rateFreeAt(rate, recent, now));
    if (free > now) return free;
    const asked = askBreaker(breaker, now);
    if (!asked.may) return asked.untilMs;
    if (asked.breaker !== breaker) become(asked.breaker);
    if (rate !== undefined) recent = rateTaken(rate, recent, now);
    return now;
  };
  const enter = async (signal: AbortSignal) => {
    for (;;) {
      signal.throwIfAborted();
      shutting.signal.throwIfAborted();
      const now = clock.now();
      const at = ask(now);
      if (at !== undefined && at <= now) return;
      const either = AbortSignal.any([signal, shutting.signal, changed.signal]);
      await clock.sleep(at === undefined ? 60_000 : at - now, either).catch(() => undefined); // looked at again above
    }
  };
  return {
    enter: async (signal) => {
      waiting += 1;
      await enter(signal).finally(() => (waiting -= 1));
    },
    answered: () => become(afterAnswer(breaker)),
    failed: (error) => {
      const asked = retryAfterOf(error);
      if (asked !== undefined) notBefore = Math.max(notBefore, clock.now() + asked);
      // who says when to come back is there
      become(asked === undefined ? afterFailure(breaker, clock.now()) : afterAnswer(breaker));
      if (asked !== undefined || breaker.state === "open") deps.onRest(restOf(notBefore, breaker));
    },
    recall: (rest) => {
      notBefore = Math.max(notBefore, rest.notBeforeMs);
      if (breaker === closedBreaker && rest.breaker !== undefined) breaker = rest.breaker;
    },
    left: () => become(afterNothing(breaker, clock.now())),
    shut: () => shutting.abort(pausedError()),
    open: () => {
      shutting = new AbortController();
      notBefore = 0;
      become(closedBreaker);
      deps.onRest(undefined);
    },
    breaker: () => breaker,
    waiting: () => waiting,
  };
}
