import { describe, expect, it } from "vitest";
import { soon, stage } from "./planner.test.support.ts";

describe("a session into which a wake was typed", () => {
  const typed = async () => {
    const at = stage({ how: "typed" });
    at.arrive("first");
    await expect.poll(() => at.attempts.length, soon).toBe(1);
    return at;
  };

  it("is not typed into again by a wake that is delivered twice, whatever comes of the second", async () => {
    const { planner, attempts } = await typed();
    const { nonce = "" } = attempts[0] ?? {};
    expect(planner.stillWanted(nonce)).toBe(false);
    planner.reported(nonce, "typed, but no longer wanted", true);
    await new Promise((resolve) => setImmediate(resolve));
    expect(attempts).toHaveLength(1);
    expect(planner.prompted("web", [nonce])).toBe(true);
  });

  it("is waited for while one of its hooks is being answered, and no second climb begins", async () => {
    const { planner, attempts, world } = await typed();
    for (const mayWake of [false, true]) {
      world.mayWake = mayWake;
      planner.changed("web");
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(attempts).toHaveLength(1);
    expect(planner.prompted("web", [attempts[0]?.nonce ?? ""])).toBe(true);
  });
});

/** After the plan has looked whether it is wanted, and before it has ended. */
async function inAMoment(): Promise<void> {
  for (let steps = 0; steps < 4; steps += 1) await Promise.resolve();
}

describe("a wake that was withdrawn", () => {
  it("is planned anew where what withdrew it has passed before the plan had ended", async () => {
    let looks = 0;
    const listen = () => {
      at.world.mayWake = ++looks > 1;
      void inAMoment().then(() => {
        at.world.mayWake = true;
        at.planner.changed("web");
      });
      return {};
    };
    const at = stage({ listen });
    at.arrive("first");
    await expect.poll(() => at.attempts.length, soon).toBe(1);
    expect(looks).toBe(2);
  });

  it("is not planned anew where planning failed: it would fail again and again", async () => {
    const errors: unknown[] = [];
    const listen = () => {
      throw new Error("the server is away");
    };
    const at = stage({ listen, onError: (error) => errors.push(error) });
    at.arrive("first");
    await expect.poll(() => errors.length, soon).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(errors).toHaveLength(1);
  });
});
