import {
  defineAdapter,
  type Adapter,
  type FleetError,
  type FleetEvent,
  type Notice,
  type Said,
  type SourceAnswer,
  type SourceDelivery,
  type SourceTraits,
} from "@fleetbus/core";
import type { FakeClock } from "@fleetbus/core/testing";
import { z } from "zod";

/** What the far side was told of one delivery. */
export type Told =
  | { readonly type: "ack"; readonly answer: SourceAnswer }
  | { readonly type: "nak"; readonly error: FleetError };

/** One thing that somebody says out there. */
export interface Speech {
  readonly said: Said;
  readonly id?: string;
  readonly sender?: SourceDelivery["sender"];
  /** The far side's id of the answer. */
  readonly answerId?: string;
}

/** A far side that sends and speaks, whichever host has it opened. */
export interface Far {
  readonly seen: { readonly event: FleetEvent; readonly notice: Notice }[];
  /** How often a source was connected, and how many are now. */
  opened: number;
  listening: number;
  /** Thrown by the next `receive`. */
  fails: Error | undefined;
  /** Resolves when it was settled. */
  say(speech: Speech): Promise<Told>;
  /** For the source: the oldest that was not taken. */
  take(): SourceDelivery | undefined;
}

/** A far side that nobody has spoken at yet. */
export function farSide(clock: FakeClock): Far {
  const waiting: SourceDelivery[] = [];
  let count = 0;
  return {
    ...{ seen: [], opened: 0, listening: 0, fails: undefined },
    take: () => waiting.shift(),
    say: async ({ said, id, sender, answerId }) => {
      count += 1;
      let told: Told | undefined;
      waiting.push({
        ...{ id: id ?? `d${count}`, said },
        ...(sender === undefined ? {} : { sender }),
        ack: async (answer) => {
          told = { type: "ack", answer };
          return answerId === undefined ? {} : { providerId: answerId };
        },
        nak: async (error) => void (told = { type: "nak", error }),
      });
      for (let turn = 0; told === undefined && turn < 200; turn += 1)
        await clock.advance(turn < 50 ? 0 : 100);
      if (told === undefined) throw new Error("nobody settled it");
      return told;
    },
  };
}

/** What an adapter of the test is like. */
export interface RadioOptions {
  readonly traits?: Partial<SourceTraits>;
  readonly hasSink?: boolean;
}

/** An adapter that sends and listens; nothing of it leaves the test. */
export function radio({ traits = {}, hasSink = true }: RadioOptions, far: Far): Adapter {
  return defineAdapter({
    spec: {
      ...{ type: "radio", summary: "sends and listens", config: z.strictObject({}), examples: [] },
      traits: { idempotent: false, ordered: false, proves: "accepted" },
      source: { vouches: "sender", isExclusive: false, ...traits },
    },
    open: (_config, { clock }) => ({
      ...(hasSink
        ? {
            sink: {
              connect: () => Promise.resolve(),
              close: () => Promise.resolve(),
              send: async (event: FleetEvent, _signal: AbortSignal, notice: Notice) => {
                far.seen.push({ event, notice });
                return { providerId: `p${far.seen.length}` };
              },
            },
          }
        : {}),
      source: {
        connect: async () => {
          far.opened += 1;
          far.listening += 1;
        },
        close: async () => void (far.listening -= 1),
        async *receive(signal) {
          while (!signal.aborted) {
            const { fails } = far;
            far.fails = undefined;
            if (fails !== undefined) throw fails;
            const delivery = far.take();
            if (delivery !== undefined) yield delivery;
            else await clock.sleep(50, signal).catch(() => undefined);
          }
        },
      },
    }),
  });
}
