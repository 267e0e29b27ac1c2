import { subjectsOf, toFleetError, type Address } from "@fleetbus/core";
import { inboxConsumer, type Bus } from "@fleetbus/core/bus";
import type { Journal } from "../disk/journal.ts";
import type { MailboxDeps } from "./admission.ts";
import { Mailbox } from "./mailbox.ts";

/** The groups that every session of a machine belongs to (DESIGN §3). */
export function groupsOf(machine: string): readonly string[] {
  return ["all", `machine-${machine}`];
}

/** What the mailboxes of a machine work with. */
export interface MailboxesDeps extends Omit<MailboxDeps, "consumer" | "lastStored" | "isAddressed"> {
  readonly bus: Bus;
  readonly journal: Journal;
  readonly machine: string;
  isAddressed(owner: Address): MailboxDeps["isAddressed"];
}

/** The open mailboxes of one machine, filled by one machine-wide signal (DESIGN §3). */
export interface Mailboxes {
  /** Opens (and provisions) a mailbox; idempotent, concurrent calls share the work. Rejects with `unavailable`. */
  open(owner: Address): Promise<Mailbox>;
  find(session: string): Mailbox | undefined;
  all(): readonly Mailbox[];
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
  const openOne = async (owner: Address, onMade: (mailbox: Mailbox) => void) => {
    const shape = inboxConsumer(deps.bus.ns, owner, groupsOf(deps.machine));
    const consumer = await deps.bus.consumer(shape);
    const lastStored = () => deps.bus.lastSeq("INBOX", shape.subjects);
    const isAddressed = deps.isAddressed(owner);
    const mailbox = new Mailbox(owner, { ...deps, consumer, lastStored, isAddressed });
    // What a daemon before this one had fetched and not journaled would stay away for the acknowledgement wait.
    await consumer.reclaim();
    onMade(mailbox);
    await mailbox.start();
    return mailbox;
  };
  const begin = (owner: Address): Promise<Mailbox> => {
    const isCurrent = () => open.get(owner.session) === opening;
    const opening = openOne(owner, (mailbox) => {
      if (isCurrent()) ready.set(owner.session, mailbox);
    });
    open.set(owner.session, opening);
    opening.catch(() => isCurrent() && open.delete(owner.session));
    return opening;
  };
  const refillAll = (upTo?: number) =>
    Promise.all([...ready.values()].map((mailbox) => mailbox.refill(upTo)));
  return {
    open: (owner) => open.get(owner.session) ?? begin(owner),
    find: (session) => ready.get(session),
    all: () => [...ready.values()],
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
    follow: (signal) => follow({ deps, ready, refillAll }, signal),
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
  refillAll(upTo?: number): Promise<unknown>;
}

/** The signal is a hint: it says whose durable consumer has something. What it may have missed comes with the refill of all. */
async function follow({ deps, ready, refillAll }: Following, signal: AbortSignal): Promise<void> {
  const { bus, machine } = deps;
  const subjects = subjectsOf(bus.ns);
  const filters = [subjects.inbox({ machine }), ...groupsOf(machine).map((group) => subjects.cast(group))];
  const off = bus.onConnection((isConnected) => {
    if (isConnected) void refillAll();
  });
  try {
    for await (const signalled of bus.read("INBOX", {
      subjects: filters,
      from: { time: deps.clock.now() - overlapMs },
      isHeadersOnly: true,
      signal,
    })) {
      const parsed = subjects.parse(signalled.subject);
      if (parsed.type === "inbox") void ready.get(parsed.to.session)?.refill(signalled.seq);
      else void refillAll(signalled.seq);
    }
  } finally {
    off();
  }
}
