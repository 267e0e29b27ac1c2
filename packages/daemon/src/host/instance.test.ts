import { defineAdapter, FleetError, systemClock, type FleetEvent } from "@fleetbus/core";
import type { Consumer, Delivery } from "@fleetbus/core/bus";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { Instance } from "./instance.ts";

const sent: string[] = [];
const acked: number[] = [];
let instance: Instance | undefined;

afterEach(async () => {
  await instance?.stop();
  sent.length = 0;
  acked.length = 0;
});

const adapter = defineAdapter({
  spec: {
    type: "paper",
    summary: "writes down what it is sent",
    config: z.strictObject({}),
    examples: [],
    traits: { idempotent: true, ordered: false, proves: "nothing" },
  },
  open: () => ({
    sink: {
      connect: () => Promise.resolve(),
      send: (event) => {
        sent.push(event.id);
        return Promise.resolve({});
      },
      close: () => Promise.resolve(),
    },
  }),
});

const delivery = (seq: number): Delivery => ({
  ...{ subject: "", seq, time: 0, headers: {}, data: new Uint8Array(), ackSubject: "", deliveries: 1 },
  ack: () => Promise.resolve(void acked.push(seq)),
  nak: () => Promise.resolve(),
  working: () => Promise.resolve(),
});

const eventOf = ({ seq }: Delivery): FleetEvent => ({
  id: `e${seq}`,
  kind: "turn.stopped",
  from: { machine: "lab", session: "web" },
  time: "2026-01-01T00:00:00.000Z",
  origin: "system",
  data: {},
});

function consumerOf(consume: Consumer["consume"]): Consumer {
  return { fetch: () => Promise.resolve([]), reclaim: () => Promise.resolve(0), consume };
}

function start(consumers: () => Promise<readonly Consumer[]>): void {
  const log = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: () => undefined,
  };
  const clock = { ...systemClock, sleep: () => Promise.resolve() };
  instance = new Instance({
    ...{ name: "paper", adapter, config: {}, on: [], consumers, decode: eventOf },
    context: { name: "paper", ns: "main", log, clock, fetch, stillWanted: () => Promise.resolve(true) },
    bury: () => Promise.resolve(),
    onResult: () => undefined,
  });
  instance.start();
}

describe("an adapter's instance", () => {
  it("whose consumers could not be had asks for them again", async () => {
    let tries = 0;
    start(async () => {
      tries += 1;
      if (tries < 3) throw new FleetError("unavailable", "no server");
      return [
        consumerOf(async function* (signal) {
          yield delivery(1);
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
        }),
      ];
    });
    await expect.poll(() => acked).toEqual([1]);
    expect(sent).toEqual(["e1"]);
  });

  it("goes on when one of its streams breaks", async () => {
    let opened = 0;
    start(() =>
      Promise.resolve([
        consumerOf(async function* (signal) {
          opened += 1;
          yield delivery(opened);
          if (opened === 1) throw new FleetError("not_found", "the consumer is gone");
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
        }),
      ]),
    );
    await expect.poll(() => acked).toEqual([1, 2]);
  });
});
