import { randomBytes } from "node:crypto";
import { type Address, type Rung, type SessionRecord, type WakeAttempt } from "@fleetbus/core";
import { bell, type Bell } from "../life/bell.ts";
import { excuse, type Excuse } from "./excuse.ts";
import { ringOrTimeout } from "./ring-or-timeout.ts";
import { noWay, silenceOf } from "./silence.ts";
import { rungRules, typedProofMs, type AttemptResult, type PlannerDeps } from "./plan.ts";

/** From a session's start until all of its ways to be woken are there. */
const startMs = 400;

/** An idle period in which every rung was tried. */
interface Spent {
  readonly generation: number;
  readonly tell: Excuse;
}

interface Running {
  readonly generation: number;
  readonly bell: Bell;
  nonce: string;
  /** All nonces of the climb: a wake may wait in the CLI for a menu to close, and come after the next rung was tried. */
  readonly rungOf: Map<string, Rung>;
  result: AttemptResult | undefined;
  isTyped: boolean;
}

/**
 * Climbs the wake ladder for sessions that are idle and have mail (DESIGN §6): one climb per mailbox and idle period,
 * withdrawn when the mail was read meanwhile, each rung proved by the recipient's own prompt.
 */
export class WakePlanner {
  private readonly deps: PlannerDeps;
  private readonly running = new Map<string, Running>();
  private readonly spent = new Map<string, Spent>();

  constructor(deps: PlannerDeps) {
    this.deps = deps;
  }

  /** To be called whenever something changed that could let a session be woken: mail, idleness, a new way, a resume. */
  consider(name: string): void {
    const record = this.deps.session(name);
    if (record === undefined || this.running.has(name) || !this.isWanted(name, record)) return;
    const spent = this.spent.get(name);
    if (spent?.generation === record.idleGeneration) return spent.tell(this.deps.wakeful(name));
    const running = {
      generation: record.idleGeneration,
      bell: bell(),
      nonce: "",
      rungOf: new Map<string, Rung>(),
      result: undefined,
      isTyped: false,
    };
    this.running.set(name, running);
    void this.climb(record, running)
      .catch((error: unknown) => this.deps.onError(error, `waking ${name}`))
      .finally(() => {
        this.running.delete(name);
        const now = this.deps.session(name);
        if (now !== undefined && now.idleGeneration !== running.generation) this.consider(name);
      });
  }

  /** Forgets that a session could not be woken in this idle period: somebody asked again, or a new way appeared. */
  retry(name: string): void {
    this.spent.delete(name);
    this.consider(name);
  }

  /** A prompt came in: proof, if it bears the running attempt's nonce. */
  prompted(name: string, nonces: readonly string[]): boolean {
    const running = this.running.get(name);
    const rung = nonces.map((nonce) => running?.rungOf.get(nonce)).find((found) => found !== undefined);
    if (running === undefined || rung === undefined) return false;
    running.result = { how: "proved", rung };
    running.bell.ring();
    return true;
  }

  /** Something changed for a session whose attempt is under way: it may no longer be wanted. */
  changed(name: string): void {
    this.running.get(name)?.bell.ring();
    this.consider(name);
  }

  /** What an adapter says of its attempt: done, or why not, and whether it had begun to. */
  reported(nonce: string, skipped: string | undefined, hasActed = false): void {
    const running = [...this.running.values()].find((each) => each.nonce === nonce);
    if (running === undefined) return;
    if (skipped === undefined) running.isTyped = true;
    else running.result ??= { how: "skipped", reason: skipped, hasActed };
    running.bell.ring();
  }

  stillWanted(nonce: string): boolean {
    const [name, running] = [...this.running].find(([, each]) => each.nonce === nonce) ?? [];
    if (name === undefined || running === undefined || running.result !== undefined) return false;
    const record = this.deps.session(name);
    return (
      record !== undefined &&
      record.drift === undefined &&
      record.idleGeneration === running.generation &&
      this.isWanted(name, record)
    );
  }

  private isWanted(name: string, record: SessionRecord): boolean {
    return record.state === "idle" && this.deps.mayWake(record) && this.deps.wakeful(name).length > 0;
  }

  private async climb(record: SessionRecord, running: Running): Promise<void> {
    const reasons: string[] = [];
    await this.letStart(record);
    for (const rung of this.deps.rungs(record)) {
      const reason = await this.tryRung(record, running, rung);
      if (reason === undefined) return;
      reasons.push(`${rung}: ${reason}`);
      if (silenceOf(this.deps.session(record.name)) !== undefined) break;
    }
    const reason = reasons.length > 0 ? reasons.join("; ") : noWay(this.deps.session(record.name));
    const tell = excuse(reason, (leases, why) => this.deps.asleep(leases, why));
    this.spent.set(record.name, { generation: running.generation, tell });
    tell(this.deps.wakeful(record.name));
  }

  /** A session that has just started gets its waiting hook in a moment: better than typing into a screen that is being drawn. */
  private async letStart({ startedAt }: SessionRecord): Promise<void> {
    const { clock } = this.deps;
    const age = clock.now() - Date.parse(startedAt);
    if (age >= 0 && age < startMs) await clock.sleep(startMs - age);
  }

  /** Undefined when it is awake or need not be; else why this rung did not wake it. */
  private async tryRung(record: SessionRecord, running: Running, rung: Rung): Promise<string | undefined> {
    const { deadlineMs, tries } = rungRules[rung];
    let tell: Excuse | undefined;
    let isRetry = false;
    let isBegun = false;
    for (let attempt = 1; attempt <= tries;) {
      const startedAt = this.deps.clock.monotonic();
      const result = await this.attempt(record, running, { rung, isRetry, isBegun });
      if (result === undefined || result.how === "proved") return undefined;
      isRetry = result.how === "silent";
      isBegun = isRetry || (result.how === "skipped" && result.hasActed);
      if (result.how === "silent") attempt += 1;
      else if (this.deps.clock.monotonic() - startedAt < 0.9 * deadlineMs) {
        if (!result.hasActed || attempt === tries) return result.reason;
        attempt += 1;
      }
      // The way was not free for the whole time: it is tried again for as long as the mail waits, and the sender learns why.
      else {
        const reason = `${rung}: ${result.reason}; it is tried again`;
        tell ??= excuse(reason, (leases, why) => this.deps.asleep(leases, why));
        tell(this.deps.wakeful(record.name));
      }
    }
    return "no prompt came of it";
  }

  /** One attempt; undefined when it is no longer wanted. */
  private async attempt(
    record: SessionRecord,
    running: Running,
    how: How,
  ): Promise<AttemptResult | undefined> {
    if (!(await this.mayAfford(record, running))) return undefined;
    await this.deps.listen(record.name);
    const silence = silenceOf(this.deps.session(record.name));
    if (silence !== undefined) return { how: "skipped", reason: silence, hasActed: false };
    if (!this.isCurrent(record, running)) return undefined;
    const wakeful = this.deps.wakeful(record.name);
    if (!how.isBegun) running.nonce = randomBytes(8).toString("hex");
    running.rungOf.set(running.nonce, how.rung);
    Object.assign(running, { result: undefined, isTyped: false });
    await this.deps.publish(this.attemptOf(record, running, how));
    const result = await this.outcome(record, running, how.rung);
    if (result !== undefined)
      this.deps.onResult(result.how === "proved" ? result.rung : how.rung, result.how);
    if (result?.how === "proved" || result?.how === "silent") this.spend(record.name);
    if (result?.how === "proved") this.deps.woken(wakeful, result.rung);
    return result;
  }

  private async outcome(
    record: SessionRecord,
    running: Running,
    rung: Rung,
  ): Promise<AttemptResult | undefined> {
    const { clock } = this.deps;
    const deadline = clock.monotonic() + rungRules[rung].deadlineMs;
    let proofBy = deadline;
    for (;;) {
      if (running.result !== undefined) return running.result;
      if (!this.isCurrent(record, running)) return undefined;
      if (running.isTyped) proofBy = Math.min(proofBy, clock.monotonic() + typedProofMs);
      running.isTyped = false;
      const left = proofBy - clock.monotonic();
      if (left <= 0) return { how: "silent" };
      await ringOrTimeout(running.bell, left);
    }
  }

  /** A session that is busy by now was woken by something else; its prompt is on its way with the proof, or it has read its mail. */
  private isCurrent(record: SessionRecord, running: Running): boolean {
    const now = this.deps.session(record.name);
    return now !== undefined && now.idleGeneration === running.generation && this.isWanted(record.name, now);
  }

  /** Waits until the budgets allow one more wake; false when it is no longer wanted then. */
  private async mayAfford(record: SessionRecord, running: Running): Promise<boolean> {
    const { perSession, perFleet } = this.deps;
    for (;;) {
      if (!this.isCurrent(record, running)) return false;
      const wait = Math.max(perSession.freeIn(record.name), perFleet.freeIn("fleet"));
      if (wait === 0) break;
      await ringOrTimeout(running.bell, Math.min(wait, 60_000));
    }
    return true;
  }

  /** Only what was done costs: an attempt that chose not to act is free. */
  private spend(name: string): void {
    this.deps.perSession.spend(name);
    this.deps.perFleet.spend("fleet");
  }

  private attemptOf(record: SessionRecord, running: Running, { rung, isRetry }: How): WakeAttempt {
    const { clock, machine } = this.deps;
    const to: Address = { machine, session: record.name };
    const { nonce, generation } = running;
    return {
      to,
      rung,
      nonce,
      idleGeneration: generation,
      deadline: new Date(clock.now() + rungRules[rung].deadlineMs).toISOString(),
      text: this.deps.text(record, this.deps.wakeful(record.name), nonce),
      cli: record.cli,
      isRetry,
      ...(record.cliSession === undefined ? {} : { cliSession: record.cliSession }),
      ...(record.pid === undefined ? {} : { pid: record.pid }),
      ...(record.pane === undefined ? {} : { pane: record.pane }),
      ...(record.messagingSocket === undefined ? {} : { messagingSocket: record.messagingSocket }),
    };
  }
}

interface How {
  readonly rung: Rung;
  readonly isRetry: boolean;
  /** Text of an earlier attempt may stand in the composer: with the same nonce it is known again, and not a stranger's draft. */
  readonly isBegun: boolean;
}
