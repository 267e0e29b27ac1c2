import type { Delivery } from "@fleetbus/core/bus";
import { newMessage, systemClock } from "@fleetbus/core";
import { expect, test } from "vitest";
import { decodeOnce } from "./decode-once.ts";

const done = () => Promise.resolve();
const deliveryOf = (seq: number, data: Uint8Array): Delivery => ({
  ...{
    subject: "fleet.main.cast.all.lab.web",
    seq,
    time: 1,
    headers: {},
    data,
    ackSubject: "",
    deliveries: 1,
  },
  ...{ ack: done, nak: done, working: done },
});

function counting(group: string | undefined) {
  let count = 0;
  const address = { machine: "lab", session: "web" };
  const decode = decodeOnce(() => {
    count += 1;
    const said = {
      from: address,
      to: address,
      body: String(count),
      origin: "agent",
      hop: 0,
      kind: "note",
    } as const;
    return newMessage(
      { ...said, ...(group === undefined ? {} : { group }) },
      { ids: () => "01", clock: systemClock },
    );
  });
  return { decode, count: () => count };
}

test("a broadcast that comes to many is decoded once", () => {
  const { decode, count } = counting("all");
  const data = Uint8Array.of(1);
  const first = decode(deliveryOf(7, data));
  expect(decode(deliveryOf(7, data))).toBe(first);
  expect(count()).toBe(1);
});

test("another message is another one, also with the same bytes", () => {
  const { decode } = counting("all");
  const data = Uint8Array.of(1);
  const first = decode(deliveryOf(7, data));
  expect(decode(deliveryOf(8, data)).body).not.toBe(first.body);
});

test("what is for one mailbox is not kept", () => {
  const { decode, count } = counting(undefined);
  const data = Uint8Array.of(1);
  decode(deliveryOf(7, data));
  decode(deliveryOf(7, data));
  expect(count()).toBe(2);
});
