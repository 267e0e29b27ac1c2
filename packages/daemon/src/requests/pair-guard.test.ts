import { fakeClock } from "@fleetbus/core/testing";
import { expect, it } from "vitest";
import { budget } from "../wake/budget.ts";
import { pairGuard } from "./pair-guard.ts";

it("counts a message once, however often it comes, and lets no other through in its place", () => {
  const clock = fakeClock();
  const guard = pairGuard(budget({ count: 2, perMs: 60_000 }, clock));
  const said = (id: string, pair = "lab/me lab/web") => guard.admits(pair, id);
  expect([said("a"), said("a"), said("b"), said("a"), said("c")]).toEqual([true, true, true, true, false]);
  expect(said("a", "lab/me lab/api")).toBe(true);
  expect(said("c")).toBe(false);
});
