import { afterEach, describe, expect, it } from "vitest";
import { setEarStage, type EarStage } from "./source.test.support.ts";

const stages: EarStage[] = [];

async function set(...options: Parameters<typeof setEarStage>): Promise<EarStage> {
  const stage = await setEarStage(...options);
  stages.push(stage);
  return stage;
}

afterEach(async () => {
  await Promise.all(stages.splice(0).map(({ host }) => host.close()));
});

describe("a notice that can be answered", () => {
  it("is answered by its token, once, into the session that it told of", async () => {
    const stage = await set();
    await stage.publish("turn.failed");
    const { token, expiresAt } = stage.offer();
    expect(token).toMatch(/^[0-9a-hjkmnp-tv-z]{5}-[0-9a-hjkmnp-tv-z]{5}$/);
    expect(Date.parse(expiresAt)).toBeGreaterThan(stage.clock.now());
    const told = await stage.text("try again", { token });
    expect(told).toMatchObject({ type: "ack", answer: { line: "→ lab/web: stored" } });
    expect(stage.posts).toMatchObject([
      { adapter: "phone", machine: "lab", to: "lab/web", body: "try again" },
    ]);
    const again = await stage.text("and again", { token });
    expect(again).toMatchObject({ type: "nak", error: { code: "refused" } });
    expect(stage.posts).toHaveLength(1);
  });
});
