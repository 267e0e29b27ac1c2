import type { Source, SourceDelivery } from "../../adapter/source.ts";
import { systemClock } from "../../clock.ts";
import { FleetError } from "../../errors/fleet-error.ts";
import { deliveryOf, type Post } from "./post.ts";

/** Something wrong with a source: what of it is other than in the good one. */
export type Breakage = (inner: Source, post: Post) => Partial<Source>;

/** Each delivery changed, or made several. */
export function changing(
  change: (delivery: SourceDelivery) => SourceDelivery | readonly SourceDelivery[],
): Breakage {
  return (inner) => ({
    receive: async function* (signal) {
      for await (const delivery of inner.receive(signal)) yield* [change(delivery)].flat();
    },
  });
}

/** The same once more under another id. */
export function doubled(delivery: SourceDelivery): readonly SourceDelivery[] {
  return [delivery, { ...delivery, id: `${delivery.id}-again`, ack: async () => ({}) }];
}

/** A new id at every try. */
export function renaming(): Breakage {
  let count = 0;
  return changing((delivery) => ({ ...delivery, id: `${delivery.id}-${(count += 1)}` }));
}

/** What is refused for a while is gone. */
export function forgetting(delivery: SourceDelivery): SourceDelivery {
  return { ...delivery, nak: async () => void (await delivery.ack({ line: "" })) };
}

/** No time that was named counts. */
export function hasty(delivery: SourceDelivery): SourceDelivery {
  return { ...delivery, nak: ({ code, message }) => delivery.nak(new FleetError(code, message)) };
}

/** What was taken or refused stays at the far side. */
export function tellingAll(): Breakage {
  return (_, post) => ({
    receive: async function* (signal) {
      for (let at = 0; ; at += 1) {
        while (post.spoken[at] === undefined) await systemClock.sleep(2, signal);
        const { id, said } = deliveryOf(post, post.spoken[at] ?? 0, new AbortController());
        yield { id, said, ack: async () => ({}), nak: async () => undefined };
      }
    },
  });
}

/** Takes all there is before anybody has settled anything. */
export function overlapping(_: Source, post: Post): Partial<Source> {
  return {
    receive: async function* (signal) {
      for (const given = new Set<number>(); ;) {
        const next = post.spoken.find((n) => !given.has(n));
        if (next === undefined) await systemClock.sleep(2, signal);
        else yield deliveryOf(post, (given.add(next), next), new AbortController());
      }
    },
  };
}

/** Ends otherwise than it should where the far side is gone. */
export function ending(end: () => void): Breakage {
  return (inner) => ({
    receive: async function* (signal) {
      try {
        yield* inner.receive(signal);
      } catch {
        end(); // in its own way
      }
    },
  });
}

/** Yields nothing and never ends. */
export const endless: AsyncIterable<never> = {
  [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }),
};
