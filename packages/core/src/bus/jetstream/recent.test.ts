import { headers, type Msg } from "@nats-io/nats-core";
import { expect, test } from "vitest";
import { nothingRecent } from "./recent.ts";

const place = { stream: "MAIN_INBOX", consumer: "lab=web", deliveries: 1, seq: 7, deliverySeq: 1, timeMs: 5 };

function messageOf(data: Uint8Array): Msg {
  const unused = () => {
    throw new Error("not used");
  };
  return {
    ...{ subject: "fleet.main.cast.all.lab.web", sid: 1, headers: headers(), data },
    ...{ respond: unused, json: unused, string: unused },
  };
}

test("one stored message is one object for all consumers, in memory of its own", () => {
  const recent = nothingRecent();
  const buffer = new Uint8Array(64 * 1024);
  const first = recent.of(messageOf(buffer.subarray(10, 20)), place);
  expect(first.data.buffer.byteLength).toBe(10);
  expect(recent.of(messageOf(buffer.subarray(30, 40)), { ...place, consumer: "lab=api" })).toBe(first);
});

test("another sequence, stream or time is another message", () => {
  const recent = nothingRecent();
  const first = recent.of(messageOf(Uint8Array.of(1)), place);
  for (const other of [{ seq: 8 }, { stream: "MAIN_WAKES" }, { timeMs: 6 }])
    expect(recent.of(messageOf(Uint8Array.of(2)), { ...place, ...other })).not.toBe(first);
});

test("no more is kept than a burst needs", () => {
  const recent = nothingRecent();
  const first = recent.of(messageOf(Uint8Array.of(1)), place);
  for (let seq = 8; seq < 8 + 128; seq += 1) recent.of(messageOf(Uint8Array.of(1)), { ...place, seq });
  expect(recent.of(messageOf(Uint8Array.of(1)), place)).not.toBe(first);
});
