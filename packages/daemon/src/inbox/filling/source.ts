import { subjectsOf, type Address } from "@fleetbus/core";
import {
  formerInboxConsumer,
  inboxConsumer,
  type Bus,
  type Consumer,
  type Delivery,
} from "@fleetbus/core/bus";
import { placeOf, type NameHistory } from "../../session/names.ts";

/** What a mailbox is filled from. */
export interface Source {
  /** What is there at once, up to `max` of each consumer behind it. */
  fetch(options: { readonly max: number; readonly signal: AbortSignal }): Promise<Fetched>;
  /** As `Consumer.reclaim`. */
  reclaim(): Promise<number>;
}

/** What one fetch gave; `isMore`: the server may have more. */
export interface Fetched {
  readonly deliveries: readonly Delivery[];
  readonly isMore: boolean;
}

/** One durable consumer, and which of its deliveries are for this mailbox. */
export interface Inlet {
  readonly consumer: Consumer;
  isGiven(delivery: Delivery): boolean;
}

/** What the inlets of a mailbox are made from. */
export interface InletDeps {
  readonly bus: Bus;
  readonly groups: readonly string[];
  readonly names: NameHistory;
}

/**
 * The consumers of a mailbox: its own, and one for each name that its session bore before, which begins where the
 * consumer of that name had come to (docs/adr/0009).
 */
export function inletsOf(owner: Address, { bus, groups, names }: InletDeps): Promise<readonly Inlet[]> {
  const shapes = [
    { shape: inboxConsumer(bus.ns, owner, groups), id: undefined },
    ...names.formerly(owner.session).map(({ id, name: session, after }) => {
      const shape = formerInboxConsumer(bus.ns, { machine: owner.machine, session }, { id, after });
      return { shape, id };
    }),
  ];
  const { parse } = subjectsOf(bus.ns);
  const spanIdOf = (delivery: Delivery, id: string | undefined) => {
    try {
      const subject = parse(delivery.subject);
      if (subject.type !== "inbox") return undefined;
      return names.spanOf(subject.to.session, placeOf(delivery))?.id;
    } catch {
      return id; // foreign: whoever reads it buries it
    }
  };
  return Promise.all(
    shapes.map(async ({ shape, id }) => ({
      consumer: await bus.consumer(shape),
      isGiven: (delivery: Delivery) => spanIdOf(delivery, id) === id,
    })),
  );
}

/** The inlets as one; what one of them has for somebody else is acknowledged: whom it is for gets it by a consumer of his own. */
export function sourceFrom(inlets: readonly Inlet[]): Source {
  const fetchOne = async ({ consumer, isGiven }: Inlet, options: Parameters<Source["fetch"]>[0]) => {
    const all = await consumer.fetch({ ...options, waitMs: 0 });
    await Promise.all(all.filter((each) => !isGiven(each)).map((each) => each.ack()));
    return { deliveries: all.filter(isGiven), isMore: all.length === options.max };
  };
  return {
    fetch: async (options) => {
      const fetched = await Promise.all(inlets.map((inlet) => fetchOne(inlet, options)));
      const deliveries = fetched.flatMap((each) => each.deliveries);
      return { deliveries, isMore: fetched.some((each) => each.isMore) };
    },
    reclaim: async () => {
      const counts = await Promise.all(inlets.map(({ consumer }) => consumer.reclaim()));
      return counts.reduce((sum, count) => sum + count, 0);
    },
  };
}
