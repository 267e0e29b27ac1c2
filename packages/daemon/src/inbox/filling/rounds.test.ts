import { expect, test, vi } from "vitest";
import { rounds, type Refillable } from "./rounds.ts";

/** Mailboxes whose fetches end when they are told to. */
function boxes(count: number) {
  const asked: { box: Refillable; upTo: number | undefined; end: () => void }[] = [];
  const all = Array.from({ length: count }, () => {
    const box: Refillable = {
      refill: (upTo) => new Promise((resolve) => asked.push({ box, upTo, end: resolve })),
    };
    return box;
  });
  return { all, asked };
}

test("a thousand mailboxes are refilled, few at once", async () => {
  const { all, asked } = boxes(1000);
  rounds().add(all, 7);
  expect(asked.length).toBe(32);
  for (let ended = 0; ended < 1000; ended += 1) {
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(ended));
    asked[ended]?.end();
  }
  expect(new Set(asked.map(({ box }) => box))).toEqual(new Set(all));
});

test("what comes while a mailbox waits for its turn costs no fetch more", async () => {
  const { all, asked } = boxes(40);
  const round = rounds();
  for (const seq of [1, 2, 3]) round.add(all, seq);
  for (let ended = 0; ended < 72; ended += 1) {
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(ended));
    asked[ended]?.end();
  }
  // The first 32 were under way with the first, and are asked once more; the others get all three at once.
  expect(asked.length).toBe(72);
  const last = new Map(asked.map(({ box, upTo }) => [box, upTo]));
  expect(new Set(last.values())).toEqual(new Set([3]));
  expect(last.size).toBe(40);
});
