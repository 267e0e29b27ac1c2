import { subjectsOf, toFleetError, type Address } from "@fleetbus/core";
import { inboxConsumer, type Bus, type Delivery } from "@fleetbus/core/bus";
import type { Journal } from "../disk/journal.ts";
import { placeOf, type NameHistory } from "../session/names.ts";
import type { MailboxDeps } from "./filling/admission.ts";
import type { Lease } from "./lease.ts";
import { Mailbox } from "./mailbox.ts";
import { rounds } from "./filling/rounds.ts";
import { inletsOf, sourceFrom } from "./filling/source.ts";

/** The groups that every session of a machine belongs to (DESIGN §3). */
export function groupsOf(machine: string): readonly string[] {
  return ["all", `machine-${machine}`];
}

/** What the mailboxes of a machine work with. */
export interface MailboxesDeps extends Omit<
  MailboxDeps,
  "source" | "lastStored" | "isAddressed" | "ownerAt"
> {
  readonly names: NameHistory;
  readonly bus: Bus;
  readonly journal: Journal;
  readonly machine: string;
  /** Whether the session of this name is to have a message. */
  isAddressed(owner: Address): MailboxDeps["isAddressed"];
}

/** The open mailboxes of one machine, filled by one machine-wide signal (DESIGN §3). */
export interface Mailboxes {
  /** Opens (and provisions) a mailbox; idempotent, concurrent calls share the work. Rejects with `unavailable`. */
  open(owner: Address): Promise<Mailbox>;
  find(session: string): Mailbox | undefined;
  all(): readonly Mailbox[];
  /** The mailbox of a session that bears another name now: what it holds stays where it stands. Rejects with `unavailable`. */
  rename(from: string, to: Address): Promise<Mailbox>;
  /** Gives what is held back to the server and forgets the mailbox. */
  close(session: string): Promise<void>;
  /** Returns what an earlier daemon held: it comes back at once, with its counts. */
  reclaim(): Promise<void>;
  /** Fetches for whom something arrives until the signal aborts. */
  follow(signal: AbortSignal): Promise<void>;
}

/** The mailboxes of one daemon. */
export function mailboxes(deps: MailboxesDeps): Mailboxes {
  const open = new Map<string, Promise<Mailbox>>();
  const ready = new Map<string, Mailbox>();
  const openOne = async (owner: Address, onMade: (mailbox: Mailbox) => void, kept: readonly Lease[]) => {
    const groups = groupsOf(deps.machine);
    const source = sourceFrom(await inletsOf(owner, { ...deps, groups }));
    const { subjects } = inboxConsumer(deps.bus.ns, owner, groups);
    const lastStored = () => deps.bus.lastSeq("INBOX", subjects);
    const ownerAt = (delivery: Delivery) => {
      return { ...owner, session: deps.names.nameAt(owner.session, placeOf(delivery)) };
    };
    const isAddressed = deps.isAddressed(owner);
    const mailbox = new Mailbox(owner, { ...deps, source, lastStored, isAddressed, ownerAt }, kept);
    // What a daemon before this one had fetched and not journaled would stay away for the acknowledgement wait.
    await source.reclaim();
    onMade(mailbox);
    await mailbox.start();
    return mailbox;
  };
  const begin = (owner: Address, kept: readonly Lease[] = []): Promise<Mailbox> => {
    const isCurrent = () => open.get(owner.session) === opening;
    const onMade = (mailbox: Mailbox) => isCurrent() && ready.set(owner.session, mailbox);
    const opening = openOne(owner, onMade, kept);
    open.set(owner.session, opening);
    opening.catch(() => isCurrent() && open.delete(owner.session));
    return opening;
  };
  const refillAll = () => Promise.all([...ready.values()].map((mailbox) => mailbox.refill()));
  return {
    open: (owner) => open.get(owner.session) ?? begin(owner),
    find: (session) => ready.get(session),
    all: () => [...ready.values()],
    rename: async (from, to) => {
      const opening = open.get(from);
      ready.delete(from);
      open.delete(from);
      const before = await opening?.catch(() => undefined); // it was never open
      return begin(to, await before?.handOver());
    },
    close: async (session) => {
      const opening = open.get(session);
      ready.delete(session);
      open.delete(session);
      const mailbox = await opening?.catch(() => undefined); // it was never open
      await mailbox?.release();
      // What is given back makes no sound: who bears the name by now asks for it.
      await ready.get(session)?.refill();
    },
    reclaim: async () => {
      const inbox = (await deps.bus.streams()).find((stream) => stream.name === "INBOX");
      deps.journal.forgetBefore(inbox?.firstSeq ?? 0);
      const held = deps.journal.held();
      await Promise.all(held.map((record) => deps.bus.settle(record.ack, "nak").catch(unlessGone)));
      await refillAll();
    },
    follow: (signal) => follow({ deps, ready }, signal),
  };
}

/** A consumer that somebody removed holds nothing back; its mailbox makes it anew. */
function unlessGone(error: unknown): void {
  if (toFleetError(error).code !== "not_found") throw error;
}

/** What was stored between the last refill and the first signal; read twice, it does no harm. */
const overlapMs = 10_000;

interface Following {
  readonly deps: MailboxesDeps;
  readonly ready: ReadonlyMap<string, Mailbox>;
}

/** The signal is a hint: it says whose durable consumer has something. What it may have missed comes with the refill of all. */
async function follow({ deps, ready }: Following, signal: AbortSignal): Promise<void> {
  const { bus, machine } = deps;
  const subjects = subjectsOf(bus.ns);
  const refillFor = (name: string, seq: number) => {
    void ready.get(name)?.refill(seq);
    for (const bearer of deps.names.bearersOf(name)) void ready.get(bearer)?.refill();
  };
  const filters = [subjects.inbox({ machine }), ...groupsOf(machine).map((group) => subjects.cast(group))];
  const all = rounds();
  const off = bus.onConnection((isConnected) => {
    if (isConnected) all.add(ready.values());
  });
  try {
    for await (const signalled of bus.read("INBOX", {
      subjects: filters,
      from: { time: deps.clock.now() - overlapMs },
      isHeadersOnly: true,
      signal,
    })) {
      const parsed = subjects.parse(signalled.subject);
      if (parsed.type === "inbox") refillFor(parsed.to.session, signalled.seq);
      else all.add(ready.values(), signalled.seq);
    }
  } finally {
    off();
  }
}
