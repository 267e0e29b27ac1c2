import type { Address, Proof, SessionEventKind } from "@fleetbus/core";
import { endings, requeue, type Endings } from "./endings.ts";
import type { MailboxDeps, Shelf } from "./filling/admission.ts";
import type { Deferred } from "./filling/backlog.ts";
import { ledger, type Ledger } from "./ledger.ts";
import { impliesShown, leaseKey, newOffer, type Lease, type OfferVia, type TurnEnd } from "./lease.ts";
import { refilling, type Refilling } from "./filling/refilling.ts";

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
  /** The leases of a turn that was broken off, for as long as its record is looked at. */
  private readonly inDoubt = new Map<Lease, Promise<unknown>>();
  private readonly refilling: Refilling;
  private readonly endings: Endings;
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
    this.endings = endings(this.shelf, () => void this.refilling.moveUp());
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
    for (const lease of chosen) if (lease.phase === "offered") requeue(lease);
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

  /**
   * Ends all that was shown, and gives at once what was offered without a proof yet: the caller looks for it. `ended`
   * rejects with `storage` where the disk did not take an end; `expire` tries it again.
   */
  endTurn(end: TurnEnd): { readonly unproved: readonly Lease[]; readonly ended: Promise<void> } {
    const own = this.held().filter((lease) => !this.inDoubt.has(lease));
    const shown = own.filter((lease) => lease.phase === "shown");
    const unproved = own.filter((lease) => lease.phase === "offered");
    for (const lease of unproved) lease.phase = "unproved";
    const ended = Promise.all(shown.map((lease) => this.finish(lease, end))).then(() => undefined);
    return { unproved, ended };
  }

  /** Whether the model worked on these is being found out: until then no other turn's end is theirs. */
  doubt(leases: readonly Lease[], until: Promise<unknown>): void {
    for (const lease of leases) this.inDoubt.set(lease, until);
    const over = () => {
      for (const lease of leases) if (this.inDoubt.get(lease) === until) this.inDoubt.delete(lease);
    };
    until.then(over, over);
  }

  /** Resolves when that is known of all that are in doubt at the call, with those of which it is. */
  async certain(): Promise<readonly Lease[]> {
    const doubts = [...this.inDoubt];
    await Promise.allSettled(doubts.map(([, until]) => until));
    return doubts.map(([lease]) => lease).filter((lease) => !this.inDoubt.has(lease));
  }

  /** The turn ended without the model having worked on these: they are offered again. */
  async offerAgain(leases: readonly Lease[]): Promise<void> {
    try {
      await Promise.all(
        leases.filter((lease) => this.holds(lease)).map((lease) => this.endings.again(lease)),
      );
    } finally {
      if (leases.length > 0) this.deps.onArrival(this.owner);
    }
  }

  /** Ends one message: on disk first, then told to both the server and the sender. */
  async finish(entry: Lease | Deferred, end: TurnEnd): Promise<void> {
    if (this.holds(entry)) await this.endings.finish(entry, end);
  }

  /** Recalls a message that was not offered yet; false when it is too late. */
  async cancel(entry: Lease | Deferred): Promise<boolean> {
    const isWaiting = !("phase" in entry) || entry.phase === "waiting";
    if (!this.holds(entry) || !isWaiting || entry.offers > 0) return false;
    await this.endings.end(entry, { stage: "cancelled" });
    return true;
  }

  /** Ends what is past its deadline and was not offered, and what the disk did not let end before; to be called each second. */
  expire(): void {
    for (const work of this.endings.expire()) this.settle(work);
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
    const late = this.held().flatMap((lease) => (lease.end ? [this.finish(lease, lease.end)] : []));
    await Promise.allSettled(late); // what the disk refuses even now is given back
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

  private holds({ message }: Lease | Deferred): boolean {
    const key = leaseKey(message);
    const there = this.shelf.leases.get(key) ?? this.shelf.backlog.get(key);
    return there?.message === message;
  }
}
