import type { Rung } from "@fleetbus/core";
import { climbLadder } from "./climb-ladder.ts";
import { isCurrent, isWanted, newClimb, type Climb } from "./climb.ts";
import { excuse, type Excuse } from "./excuse.ts";
import type { PlannerDeps } from "./plan.ts";

/** An idle period in which every rung was tried. */
interface Spent {
  readonly generation: number;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
  readonly tell: Excuse;
}

/** A session that sleeps on, though mail waits for it, because no rung is open or each has failed. */
export interface Sleeper extends Omit<Spent, "tell"> {
  readonly name: string;
}

/**
 * Climbs the wake ladder for sessions that are idle and have mail (DESIGN §6): one climb per mailbox and idle period,
 * withdrawn when the mail was read meanwhile, each rung proved by the recipient's own prompt.
 */
export class WakePlanner {
  private readonly deps: PlannerDeps;
  private readonly running = new Map<string, Climb>();
  private readonly spent = new Map<string, Spent>();

  constructor(deps: PlannerDeps) {
    this.deps = deps;
  }

  /** To be called whenever something changed that could let a session be woken: mail, idleness, a new way, a resume. */
  consider(name: string): void {
    const record = this.deps.session(name);
    if (this.running.has(name) || !isWanted(this.deps, record)) return;
    const spent = this.spent.get(name);
    if (spent?.generation === record.idleGeneration) return spent.tell(this.deps.wakeful(name));
    const climb = newClimb(record);
    this.running.set(name, climb);
    const failed = (error: unknown) => {
      this.deps.onError(error, `waking ${name}`);
      return "failed" as const;
    };
    void this.run(climb)
      .catch(failed)
      .then((end) => {
        this.running.delete(name);
        // What withdrew it may have passed before it had ended.
        const isNewPeriod = this.deps.session(name)?.idleGeneration !== record.idleGeneration;
        if (isNewPeriod || end === "withdrawn") this.consider(name);
      });
  }

  /** Forgets that a session could not be woken in this idle period: somebody asked again, or a new way appeared. */
  retry(name: string): void {
    this.spent.delete(name);
    this.consider(name);
  }

  /** By which rung of the running climb a prompt with these nonces came; undefined: by none. */
  rungOf(name: string, nonces: readonly string[]): Rung | undefined {
    const climb = this.running.get(name);
    return nonces.map((nonce) => climb?.rungOf.get(nonce)).find((found) => found !== undefined);
  }

  /** A prompt came in: proof, if it bears the running attempt's nonce. */
  prompted(name: string, nonces: readonly string[]): boolean {
    const climb = this.running.get(name);
    const rung = this.rungOf(name, nonces);
    if (climb === undefined || rung === undefined) return false;
    climb.result = { how: "proved", rung };
    climb.bell.ring();
    return true;
  }

  /** Something changed for a session whose attempt is under way: it may no longer be wanted. */
  changed(name: string): void {
    this.running.get(name)?.bell.ring();
    this.consider(name);
  }

  /** What an adapter says of its attempt: done, or why not, and whether it had begun to. */
  reported(nonce: string, skipped: string | undefined, hasActed = false): void {
    const climb = [...this.running.values()].find((each) => each.nonce === nonce);
    // Delivered once more, it has nothing to say: the attempt was made.
    if (climb === undefined || climb.isMade) return;
    if (skipped === undefined) Object.assign(climb, { isTyped: true, isMade: true });
    else climb.result ??= { how: "skipped", reason: skipped, hasActed };
    climb.bell.ring();
  }

  /** Whether an attempt may still act: asked by its adapter right before it does. */
  stillWanted(nonce: string): boolean {
    const climb = [...this.running.values()].find((each) => each.nonce === nonce);
    if (climb === undefined || climb.result !== undefined || climb.isMade) return false;
    return this.deps.session(climb.record.name)?.drift === undefined && isCurrent(this.deps, climb);
  }

  /** Those that are idle still, with mail; a climb that was asked for since is none of them. */
  sleepers(): readonly Sleeper[] {
    return [...this.spent].flatMap(([name, { generation, reason, sinceMs }]) => {
      const record = this.deps.session(name);
      const isAsleep = record?.idleGeneration === generation && isWanted(this.deps, record);
      return isAsleep ? [{ name, generation, reason, sinceMs }] : [];
    });
  }

  private async run(climb: Climb): Promise<"proved" | "withdrawn" | "spent"> {
    const { name, idleGeneration: generation } = climb.record;
    const reason = await climbLadder(this.deps, climb);
    if (reason === undefined) return climb.result?.how === "proved" ? "proved" : "withdrawn";
    const tell = excuse(reason, this.deps.asleep);
    this.spent.set(name, { generation, reason, sinceMs: this.deps.clock.now(), tell });
    tell(this.deps.wakeful(name));
    return "spent";
  }
}
