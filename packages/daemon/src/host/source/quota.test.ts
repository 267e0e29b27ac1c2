import { describe, expect, it } from "vitest";
import { earStages, type EarStage } from "./source.test.support.ts";

const set = earStages();
const signed = { traits: { vouches: "signature" as const }, replies: { quotas: true } };

const ask = (stage: EarStage, daily: number | undefined, adapter = "phone") =>
  stage.far.say({ sender: { id: "billing" }, said: { type: "quota", adapter, daily } });

describe("a quota from outside", () => {
  it("limits an adapter's sends a day, is shown, and when it is lifted what was held goes at once", async () => {
    const stage = await set({ ...signed, entry: { on: ["run.finished"] } });
    await stage.publish("run.finished");
    expect(await ask(stage, 2)).toMatchObject({ type: "ack", answer: { line: "phone: 2 sends a day" } });
    for (let count = 0; count < 4; count += 1) await stage.publish("run.finished");
    expect(stage.far.seen).toHaveLength(3);
    expect(await stage.host.show("phone")).toMatchObject({
      held: 2,
      quota: { daily: 2, by: "billing", since: expect.any(String) },
    });
    expect(await ask(stage, undefined)).toMatchObject({ answer: { line: "phone: as its config says" } });
    await stage.settle();
    expect(stage.far.seen).toHaveLength(5);
    expect((await stage.host.show("phone")).quota).toBeUndefined();
  });

  it("comes before what the config says, and lets go again what that held", async () => {
    const stage = await set({ ...signed, entry: { on: ["run.finished"], daily: 1 } });
    for (let count = 0; count < 3; count += 1) await stage.publish("run.finished");
    expect(stage.far.seen).toHaveLength(1);
    await ask(stage, 3);
    await stage.settle();
    expect(stage.far.seen).toHaveLength(3);
  });

  it.each([
    ["for an adapter that is not there", signed, "mail", 5, "there are phone"],
    ["that is no number of sends", signed, "phone", -1, "no whole number"],
    ["where replies.quotas is not set", { ...signed, replies: {} }, "phone", 5, "replies.quotas"],
    [
      "that nobody signed",
      { traits: { vouches: "token" as const }, replies: { quotas: true } },
      "phone",
      5,
      "nothing is signed",
    ],
  ])("%s is refused, and changes nothing", async (_, options, adapter, daily, words) => {
    const stage = await set(options);
    expect(await ask(stage, daily, adapter)).toMatchObject({
      type: "nak",
      error: { message: expect.stringContaining(words) },
    });
    expect((await stage.host.show("phone")).quota).toBeUndefined();
  });
});
