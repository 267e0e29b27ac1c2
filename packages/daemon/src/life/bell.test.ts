import { describe, expect, it } from "vitest";
import { bell } from "./bell.ts";

const never = new AbortController().signal;

describe("a bell", () => {
  it("lets all who wait go on with one ring", async () => {
    const one = bell();
    const waits = Promise.all([one.wait(never), one.wait(never)]);
    one.ring();
    await expect(waits).resolves.toBeDefined();
  });

  it("that was rung since the last wait makes nobody wait", async () => {
    const one = bell();
    one.ring();
    await expect(one.wait(never)).resolves.toBeUndefined();
  });

  it("forgets a ring once somebody has heard it", async () => {
    const one = bell();
    one.ring();
    await one.wait(never);
    const end = AbortSignal.timeout(20);
    await one.wait(end);
    expect(end.aborted).toBe(true);
  });
});
