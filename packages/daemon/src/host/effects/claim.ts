import type { Clock } from "@fleetbus/core";
import type { Effect } from "./effect.ts";

/** An event that is this run's to send. Writes follow one another; what the server does not take rejects. */
export interface Claim {
  readonly effect: Effect;
  /** Keeps it from expiring while the send goes on. */
  renew(): Promise<void>;
  /** So many of its notices were taken. */
  progress(sent: number): Promise<void>;
  /** What the far side took is written whoever holds the claim by now. */
  done(proof: Pick<Effect, "providerId" | "proves" | "skipped">): Promise<void>;
  wait(error: string, until: number): Promise<void>;
  dead(error: string, seq: number): Promise<void>;
  /** Ends it without a record: nothing was sent. */
  drop(): void;
}

/** How a claim is written. `put` resolves with undefined where the revision is another by now. */
export interface ClaimDeps {
  readonly effect: Effect;
  readonly revision: number;
  readonly clock: Clock;
  put(effect: Effect, revision: number | undefined): Promise<number | undefined>;
  release(): void;
}

/** A claim that was just taken. */
export function claimOn(deps: ClaimDeps): Claim {
  const { clock, put, release } = deps;
  let { effect } = deps;
  let revision: number | undefined = deps.revision;
  let last: Promise<void> = Promise.resolve();
  const write = (change: Partial<Effect>, isFenced = true): Promise<void> => {
    const next = last.then(async () => {
      if (effect.state !== "claimed" || (isFenced && revision === undefined)) return;
      const changed = { ...effect, ...change, at: clock.now() };
      revision = await put(changed, isFenced ? revision : undefined);
      effect = changed;
    });
    last = next.catch(() => undefined); // told to whoever wrote
    return next;
  };
  const end = async (change: Partial<Effect>, isFenced = true) => {
    await write(change, isFenced);
    release();
  };
  return {
    get effect() {
      return effect;
    },
    renew: () => write({}),
    progress: (sent) => write({ sent }),
    done: (proof) => end({ ...proof, state: "done" }, false),
    wait: (error, until) => end({ state: "waiting", error, until }),
    dead: (error, seq) => end({ state: "dead", error, seq }),
    drop: release,
  };
}
