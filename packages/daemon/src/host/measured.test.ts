import { bareNotice, defineAdapter, FleetError, type FleetEvent, type Sink } from "@fleetbus/core";
import { fakeClock } from "@fleetbus/core/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import { measured } from "./measured.ts";

const event: FleetEvent = {
  ...{ id: "e1", kind: "turn.failed", from: { machine: "lab", session: "web" }, origin: "agent" },
  ...{ time: "2026-01-01T00:00:00.000Z", data: {} },
};

function measuring(send: Sink["send"]) {
  const clock = fakeClock();
  const told: (readonly [string, number])[] = [];
  const adapter = defineAdapter({
    spec: {
      ...{ type: "post", summary: "Posts.", config: z.strictObject({}), examples: [] },
      traits: { idempotent: false, ordered: false, proves: "accepted" },
    },
    open: () => ({ sink: { send, connect: async () => undefined, close: async () => undefined } }),
  });
  const silent = () => undefined;
  const { sink } = measured(adapter, clock, (...one) => told.push(one)).open(
    {},
    {
      ...{ name: "post", ns: "main", clock, fetch },
      log: { debug: silent, info: silent, warn: silent, error: silent },
      addressesOf: async (host) => [host],
      stillWanted: async () => true,
    },
  );
  const sending = (signal = new AbortController().signal) => sink!.send(event, signal, bareNotice(event));
  return { clock, told, sending };
}

test.each([
  ["delivered", async () => ({ providerId: "1" })],
  ["skipped", async () => ({ skipped: "nobody is there" })],
  ["retry", () => Promise.reject(new FleetError("unavailable", "posting: away"))],
  ["retry", () => Promise.reject(Object.assign(new Error("reset"), { code: "ECONNRESET" }))],
  ["refused", () => Promise.reject(new FleetError("too_large", "posting: too long"))],
  ["refused", () => Promise.reject(new Error("a bug"))],
] as const)("a send is told once as %s, with the time that it took", async (outcome, send) => {
  const { clock, told, sending } = measuring(async () => {
    await clock.sleep(1500);
    return send();
  });
  const settled = sending().catch(() => undefined);
  await clock.advance(1500);
  await settled;
  expect(told).toEqual([[outcome, 1.5]]);
});

test("a send that hangs is told when the host gives it up, and not again when it ends", async () => {
  let end: () => void = () => undefined;
  const { clock, told, sending } = measuring(() => new Promise((resolve) => (end = () => resolve({}))));
  const limit = new AbortController();
  const settled = sending(limit.signal);
  await clock.advance(30_000);
  limit.abort(new DOMException("no end", "TimeoutError"));
  end();
  await settled;
  expect(told).toEqual([["retry", 30]]);
});

test("a send that the adapter's own end cuts off is not counted", async () => {
  const stopping = new AbortController();
  const { told, sending } = measuring((_, signal) => {
    return new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  });
  const settled = sending(stopping.signal);
  stopping.abort(new FleetError("unavailable", "the adapter is stopping"));
  await expect(settled).rejects.toThrow("the adapter is stopping");
  expect(told).toEqual([]);
});
