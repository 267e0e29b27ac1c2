import type { Priority } from "@fleetbus/core";
import { describe, expect, test } from "vitest";
import { gatherMs } from "./batch.ts";

const waiting = (storedAt: number, priority: Priority = "normal") => ({
  message: { priority },
  delivery: { time: storedAt },
});

describe("mail that gathers", () => {
  const now = { batchMs: 30_000, nowMs: 100_000 };

  test.each([
    ["no mail", [], 0],
    ["one message that has just come", [waiting(100_000)], 30_000],
    ["one that is older, whatever came since", [waiting(80_000), waiting(99_999)], 10_000],
    ["one that is old enough", [waiting(70_000), waiting(99_999)], 0],
    ["one that is high", [waiting(99_000), waiting(100_000, "high")], 0],
    ["one that is urgent", [waiting(100_000, "urgent")], 0],
    ["one of a server whose clock is ahead", [waiting(900_000)], 30_000],
  ])("%s", (_, leases, left) => {
    expect(gatherMs(leases, now)).toBe(left);
  });

  test("wakes at once where nobody asked for it to gather", () => {
    expect(gatherMs([waiting(100_000)], { ...now, batchMs: 0 })).toBe(0);
  });
});
