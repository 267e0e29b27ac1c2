import { describe, expect, it } from "vitest";
import { adapterEntrySchema, FleetError, type ReplyOffer } from "@fleetbus/core";
import { farSide, radio, type Far } from "./radio.test.support.ts";
import { earStages, friend, type EarStage } from "./source.test.support.ts";

const set = earStages();
const minute = 60_000;
const used = { type: "nak", error: { details: { why: "used" } } };

describe("what was used stays used as long as any of its tokens lives", () => {
  it("where a question waits longer than a notice can be answered", async () => {
    const stage = await set({ replies: { from: [friend.id], expire: "1m" } });
    const asked = await stage.text("@web hello");
    const choices = asked.type === "ack" ? (asked.answer.choices ?? []) : [];
    const press = (label: string) => {
      const token = choices.find((each) => each.label === label)?.token ?? "";
      return stage.far.say({ sender: friend, said: { type: "choice", token } });
    };
    expect(await press("Drop")).toMatchObject({ type: "ack" });
    await stage.clock.advance(5 * minute);
    expect(await press("Send")).toMatchObject(used);
    expect(stage.posts).toEqual([]);
  });

  it("where `expire` was made shorter meanwhile", async () => {
    const stage = await set({ replies: { from: [friend.id], expire: "24h" } });
    await stage.publish("turn.failed");
    const { token } = stage.offer();
    await stage.apply({ replies: { from: [friend.id], expire: "1m" } });
    await stage.settle();
    await usesOnce(stage, token);
  });

  it("where the adapter that only sends has a longer `expire` than the one its answers come in by", async () => {
    const { stage, loud } = await pair("1m");
    await stage.publish("turn.failed");
    await usesOnce(stage, offerOf(loud).token);
  });
});

describe("two adapters whose answers come in by one", () => {
  it("have ids of their own: a quote goes to what was said where it is quoted", async () => {
    const stage = await set();
    await stage.publish("turn.failed"); // p1 by phone alone
    const { loud } = await pair("24h", stage);
    await stage.publish("turn.failed", { from: { machine: "lab", session: "api" } }); // p2 by phone, p1 by loud
    expect([stage.far.seen.length, loud.seen.length]).toEqual([2, 1]);
    await stage.text("one", { answers: "p1" });
    await stage.text("two", { answers: "loud p1" });
    expect(stage.posts).toMatchObject([
      { to: "lab/web", body: "one" },
      { to: "lab/api", body: "two" },
    ]);
  });

  it("have tokens of their own: what answers the one answers not the other", async () => {
    const { stage, loud } = await pair("24h");
    await stage.publish("turn.failed");
    for (const { token } of [stage.offer(), offerOf(loud)])
      expect(await stage.text("go on", { token })).toMatchObject({ type: "ack" });
  });
});

it("a token stays used where its text may be stored, though the next try was refused", async () => {
  const ends = ["unavailable", "refused"] as const;
  let tries = 0;
  const stage = await set({
    onPost: async () => {
      throw new FleetError(ends[tries++] ?? "failed", "storing: no answer");
    },
  });
  await stage.publish("turn.failed");
  const { token } = stage.offer();
  const say = (id: string) => stage.text("go on", { token, id });
  expect(await say("one")).toMatchObject({ error: { isRetryable: true } });
  expect(await say("one")).toMatchObject({ error: { code: "refused" } });
  expect(await say("two")).toMatchObject(used);
});

it("a used token that is said again and again keeps nobody waiting", async () => {
  const traits = { vouches: "token" as const };
  const stage = await set({ traits, replies: { rate: "3/m" } });
  await stage.publish("turn.failed");
  const { token } = stage.offer();
  await stage.text("one", { token });
  // each is settled at once, also over the rate: none lies before the next one until the rate has room for it
  for (let count = 0; count < 9; count += 1) expect(await stage.text("again", { token })).toMatchObject(used);
});

it("a text that is asked back anew counts in the rate: each time it gets new tokens", async () => {
  const stage = await set({ replies: { from: [friend.id], rate: "2/m" } });
  const ask = () => stage.text("@web hello", { id: "d-1" });
  for (let count = 0; count < 2; count += 1) expect(await ask()).toMatchObject({ type: "ack" });
  expect(await ask()).toMatchObject({ type: "nak", error: { isRetryable: true } });
});

async function usesOnce(stage: EarStage, token: string): Promise<void> {
  expect(await stage.text("one", { token })).toMatchObject({ type: "ack" });
  await stage.clock.advance(5 * minute);
  expect(await stage.text("two", { token })).toMatchObject(used);
}

/** `phone` listens, and `loud` only sends. */
async function pair(
  expire: string,
  given?: EarStage,
): Promise<{ readonly stage: EarStage; readonly loud: Far }> {
  const stage = given ?? (await set());
  const loud = farSide(stage.clock);
  const entryOf = (name: string, replies: object, far: Far) => ({
    entry: adapterEntrySchema.parse({ name, type: "radio", replies }),
    ...{ adapter: radio({}, far), config: {} },
  });
  const phone = entryOf("phone", { from: [friend.id], expire }, stage.far);
  await stage.host.apply({ me: {}, entries: [phone, entryOf("loud", { by: "phone", expire: "24h" }, loud)] });
  await stage.settle();
  return { stage, loud };
}

function offerOf({ seen }: Far): ReplyOffer {
  const reply = seen.at(-1)?.notice.reply;
  if (reply === undefined) throw new Error("the newest notice cannot be answered");
  return reply;
}
