import type { Receipt, Stage } from "@fleetbus/core";
import { describe, expect, it } from "vitest";
import { inOrder } from "./trace.ts";

const address = { machine: "lab", session: "web" };

const receiptAt = (stage: Stage, second: number): Receipt => ({
  ...{ id: "m1", from: address, to: address, stage },
  time: new Date(second * 1000).toISOString(),
});

describe("the stages of a message", () => {
  it("hold one once that was on its way to the server while the server was asked", () => {
    const [stored, deferred] = [receiptAt("stored", 1), receiptAt("deferred", 2)];
    expect(inOrder([stored, deferred, { ...deferred }])).toEqual([stored, deferred]);
  });

  it("stand by their time, and as they were written where that is the same", () => {
    const [stored, woken, offered] = [receiptAt("stored", 1), receiptAt("woken", 1), receiptAt("offered", 0)];
    expect(inOrder([stored, woken, offered])).toEqual([offered, stored, woken]);
  });
});
