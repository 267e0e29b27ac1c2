import { isExpired, type Address, type Outcome, type Proof, type SessionEventKind } from "@fleetbus/core";
import type { MailboxDeps, Shelf } from "./filling/admission.ts";
import type { Deferred } from "./filling/backlog.ts";
import { ledger, type Ledger } from "./ledger.ts";
import { impliesShown, leaseKey, newOffer, type Lease, type OfferVia } from "./lease.ts";
import type { StageFacts } from "./receipts.ts";
import { refilling, type Refilling } from "./filling/refilling.ts";

/** Shown this often without an end, a message is dead (DESIGN §5 Leases). */
export const maxShows = 8;

/** One end of a turn, for the leases that end with it. */
export interface TurnEnd {
  /** Absent where no turn ended: it was acknowledged by hand, and a reply may come long after. */
  readonly outcome?: Outcome;
  readonly lastText?: string;
}

/**
 * The messages that this daemon holds for one mailbox: fetched from its durable consumer at once when something
 * arrives, journaled, offered in hooks' answers, proved, ended (DESIGN §5). All methods may be called concurrently;
 * those that decide are synchronous up to their decision.
 */
export class Mailbox {
  readonly owner: Address;
  private readonly deps: MailboxDeps;
  private readonly ledger: Ledger;
  private readonly shelf: Shelf;
  private readonly settling = new Set<Promise<void>>();
  private readonly refilling: Refilling;
  private isClosed = false;

  /** `kept`: what the same mailbox held under another name; its deliveries come again. */
  constructor(owner: Address, deps: MailboxDeps, kept: readonly Lease[] = []) {
    this.owner = owner;
    this.deps = deps;
    this.ledger = ledger(deps);
    const leases = new Map(kept.map((lease) => [leaseKey(lease.message), lease]));
    const empty = { leases, backlog: new Map(), ending: new Set<string>(), newestSeq: 0 };
    this.shelf = { owner, deps, ledger: this.ledger, ...empty };
    this.refilling = refilling(this.shelf);
  }

  /** Everything held, oldest first. */
  held(): readonly Lease[] {
    return [...this.shelf.leases.values()].sort((a, b) => a.delivery.seq - b.delivery.seq);
  }

  /** What nobody was offered, or must be offered again; past their deadline they expire here. */
  waiting(): readonly Lease[] {
    this.expire();
    return this.isClosed ? [] : this.held().filter((lease) => lease.phase === "waiting");
  }

  /** What waits on the server for room here, in no order. */
  deferred(): readonly Deferred[] {
    return [...this.shelf.backlog.values()];
  }

  find(id: string): Lease | Deferred | undefined {
    const all = [...this.held(), ...this.deferred()];
    return all.find(({ message }) => message.id === id || message.id.endsWith(id));
  }

  /** The first fetch; resolves when what it found is held. */
  start(): Promise<void> {
    return this.refilling.start();
  }

  /** Fetches what is there; what lies at `upTo` is held when it resolves, or was waited for in vain. Never rejects. */
  refill(upTo?: number): Promise<void> {
    return this.refilling.refill(upTo);
  }

  /** What was stored before the call is held when it resolves (DESIGN §5 No idle race), or the signal has aborted. Never rejects. */
  catchUp(signal: AbortSignal): Promise<void> {
    return this.refilling.catchUp(signal);
  }

  /** Leases messages to one hook's answer: journaled as offered before it is sent. */
  async lease(chosen: readonly Lease[], via: OfferVia, promptId?: string): Promise<void> {
    for (const lease of chosen) {
      lease.offer ??= newOffer(via, this.deps.clock.now(), promptId);
      lease.phase = "offered";
      lease.offers += 1;
    }
    await Promise.all(chosen.map((lease) => this.ledger.note(lease)));
  }

  /** The delimiter under which a message will be offered next. */
  prepare(lease: Lease, via: OfferVia, promptId?: string): string {
    lease.offer = newOffer(via, this.deps.clock.now(), promptId);
    return lease.offer.nonce;
  }

  /** Takes back what could not be written to the hook. */
  takeBack(chosen: readonly Lease[]): void {
    for (const lease of chosen) if (lease.phase === "offered") this.requeue(lease);
    this.deps.onArrival(this.owner);
  }

  /** Notes that offers went out whole: seen in `trace`. */
  wrote(chosen: readonly Lease[], rung?: string): void {
    for (const lease of chosen)
      void this.deps.receipts.write(lease, { stage: "offered", ...(rung ? { rung } : {}) });
  }

  /** Evidence that a nonce was in a model request or prompt. */
  prove(nonce: string, proof: Proof): void {
    for (const lease of this.shelf.leases.values()) if (lease.offer?.nonce === nonce) this.show(lease, proof);
  }

  /** Infers `shown` from an event that needs a model answer; only for CLIs that give nothing better. */
  infer(kind: SessionEventKind): void {
    for (const lease of this.shelf.leases.values()) {
      if (lease.phase === "offered" && lease.offer && impliesShown(lease.offer, kind))
        this.show(lease, "inferred");
    }
  }

  /** A batch of tools has ended: what was offered inside it goes out with the next model request. */
  endBatch(): void {
    for (const lease of this.shelf.leases.values()) if (lease.offer) lease.offer.isBatchOver = true;
  }

  /** Ends all that was shown, and returns what was offered without a proof yet: the caller looks for it. */
  async endTurn(end: TurnEnd): Promise<readonly Lease[]> {
    const shown = this.held().filter((lease) => lease.phase === "shown");
    const unproved = this.held().filter((lease) => lease.phase === "offered");
    for (const lease of unproved) lease.phase = "unproved";
    await Promise.all(shown.map((lease) => this.finish(lease, end)));
    return unproved;
  }

  /** The turn ended without the model having worked on these: they are offered again. */
  async offerAgain(leases: readonly Lease[]): Promise<void> {
    await Promise.all(leases.filter((lease) => this.holds(lease)).map((lease) => this.again(lease)));
    if (leases.length > 0) this.deps.onArrival(this.owner);
  }

  /** Ends one message: on disk first, then told to both the server and the sender. */
  async finish(entry: Lease | Deferred, end: TurnEnd): Promise<void> {
    if (!this.holds(entry)) return;
    await this.end(entry, { stage: "done", ...end });
  }

  /** Recalls a message that was not offered yet; false when it is too late. */
  async cancel(entry: Lease | Deferred): Promise<boolean> {
    const isWaiting = !("phase" in entry) || entry.phase === "waiting";
    if (!this.holds(entry) || !isWaiting || entry.offers > 0) return false;
    await this.end(entry, { stage: "cancelled" });
    return true;
  }

  /** Something that ends leases is under way; it must not reject. */
  settle(work: Promise<void>): void {
    this.settling.add(work);
    void work.finally(() => this.settling.delete(work));
  }

  /** Resolves when nothing that was under way ends leases any more. */
  async settled(): Promise<void> {
    await Promise.all(this.settling);
  }

  /** Ends without giving anything back: what is held goes on in the mailbox of the session's new name. */
  async handOver(): Promise<readonly Lease[]> {
    this.isClosed = true;
    await Promise.all([this.refilling.close(), ...this.settling]);
    const all = this.held();
    this.shelf.leases.clear();
    this.shelf.backlog.clear();
    return all;
  }

  /** Gives everything back to the server, for the next one who bears this name; what is being fetched or ended comes first. */
  async release(): Promise<void> {
    this.isClosed = true;
    await Promise.all([this.refilling.close(), ...this.settling]);
    const all = [...this.held(), ...this.deferred()];
    this.shelf.leases.clear();
    this.shelf.backlog.clear();
    await Promise.all(all.map((entry) => this.ledger.giveBack(entry)));
  }

  private show(lease: Lease, proof: Proof): void {
    if (lease.phase === "shown" || lease.phase === "waiting" || !lease.offer) return;
    lease.phase = "shown";
    lease.offer.proof = proof;
    lease.shows += 1;
    this.ledger.noteSoon(lease);
    void this.deps.receipts.write(lease, { stage: "shown", proof });
  }

  private async again(lease: Lease): Promise<void> {
    if (lease.shows < maxShows) return this.requeue(lease);
    lease.phase = "unproved"; // not offered while it is buried
    const reason = `shown ${lease.shows} times without an end`;
    try {
      await this.deps.bury(lease.delivery, reason, lease.message);
      await this.end(lease, { stage: "dead", reason });
    } catch (error) {
      this.requeue(lease);
      throw error;
    }
  }

  private requeue(lease: Lease): void {
    lease.phase = "waiting";
    delete lease.offer;
  }

  /** Ends what is past its deadline and was not offered. */
  expire(): void {
    if (this.shelf.leases.size + this.shelf.backlog.size === 0) return; // of a thousand mailboxes, each second
    const now = this.deps.clock.now();
    for (const entry of [...this.shelf.leases.values(), ...this.shelf.backlog.values()]) {
      if ("phase" in entry && entry.phase !== "waiting") continue;
      if (!isExpired(entry.message, now)) continue;
      void this.end(entry, { stage: "expired" }).catch((error: unknown) =>
        this.deps.onError(error, "ending an expired message"),
      );
    }
  }

  /** From now on it is not offered; where the disk does not take its end, it is held as before. */
  private async end(entry: Lease | Deferred, end: StageFacts): Promise<void> {
    const { leases, backlog, ending } = this.shelf;
    const key = leaseKey(entry.message);
    leases.delete(key);
    backlog.delete(key);
    ending.add(key);
    try {
      await this.ledger.conclude(entry, end);
    } catch (error) {
      if ("phase" in entry) leases.set(key, entry);
      else backlog.set(key, entry);
      throw error;
    } finally {
      ending.delete(key);
    }
    void this.refilling.moveUp();
  }

  private holds({ message }: Lease | Deferred): boolean {
    const key = leaseKey(message);
    const there = this.shelf.leases.get(key) ?? this.shelf.backlog.get(key);
    return there?.message === message;
  }
}
