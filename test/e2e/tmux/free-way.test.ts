import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { line, startStage, type Stage } from "./stage.ts";

describe("the tmux adapter, when the way is free", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterAll(() => stage.close());

  test("types the line and submits it as one prompt [want 30]", async () => {
    const agent = await stage.openComposer();
    const receipt = await stage.wake(agent, { nonce: "first00001" });
    expect(receipt).toEqual({ providerId: agent.pane });
    expect(await agent.waitForPrompts(1)).toEqual([line("first00001")]);
    expect(stage.asked).toEqual(["first00001", "first00001"]);
  });
});
