import { describe, expect, it } from "vitest";
import { FleetError } from "@fleetbus/core";
import { earStages, friend, replyKeys } from "./source.test.support.ts";

const set = earStages();
const stranger = { id: "8" };

describe("who may not answer", () => {
  it.each([
    ["is not on the list", stranger],
    ["is nobody the far side vouches for", undefined],
    ["has a name on the list, and another id", { id: "x", name: friend.id }],
    ["begins like one on the list", { id: `${friend.id}7` }],
  ])("learns nothing and leaves nothing, who %s, with the right token too", async (_, sender) => {
    const stage = await set();
    await stage.publish("turn.failed");
    const before = await replyKeys(stage);
    const { token } = stage.offer();
    const said = { type: "text", text: "let me in", token } as const;
    const told = await stage.far.say({ said, ...(sender === undefined ? {} : { sender }) });
    expect(told).toMatchObject({ type: "nak", error: { details: { isSilent: true, why: "stranger" } } });
    expect(await replyKeys(stage)).toEqual(before);
    expect(stage.posts).toEqual([]);
    // the token was not used up by it
    expect(await stage.text("it is me", { token })).toMatchObject({ type: "ack" });
  });

  it("is counted, told of once a minute, and written down without what was said", async () => {
    const stage = await set({ replies: { from: [friend.id], rate: "3/m" } });
    const knock = () => stage.far.say({ sender: stranger, said: { type: "text", text: "secret words" } });
    for (let count = 0; count < 5; count += 1) await knock();
    expect(stage.inbound()).toMatchObject({ taken: 0, refused: 5 });
    expect(stage.inbound().lastRefusal).toContain("replies.from");
    const told = () =>
      stage.announced.filter(({ kind }) => kind === "adapter.refused").map(({ data }) => data);
    expect(told()).toMatchObject([{ adapter: "phone", why: "stranger", count: 1 }]);
    expect(stage.audits).toHaveLength(3); // no faster than replies.rate: strangers fill nothing up
    await stage.clock.advance(60_000);
    await knock();
    expect(told()).toMatchObject([{ count: 1 }, { count: 5 }]);
    expect(JSON.stringify([stage.audits, stage.announced])).not.toContain("secret words");
  });

  it("keeps nobody on the list from answering", async () => {
    const stage = await set({ replies: { from: [friend.id], rate: "1/m", confirm: "never", to: "web" } });
    for (let count = 0; count < 9; count += 1)
      await stage.far.say({ sender: stranger, said: { type: "text", text: "hi" } });
    expect(await stage.text("hello")).toMatchObject({ type: "ack" });
  });
});

describe("where anybody may speak", () => {
  const options = {
    traits: { vouches: "token" as const },
    replies: { rate: "2/m", to: "web", confirm: "never" },
  };

  it("only a token counts: neither a quote nor a name nor replies.to, and nobody is told why", async () => {
    const stage = await set(options);
    await stage.publish("turn.failed");
    const { token } = stage.offer();
    for (const more of [{}, { answers: "p1" }, { token: "k7m2q-x4tfz" }])
      expect(await stage.text("@web hello", more)).toMatchObject({
        type: "nak",
        error: { details: { isSilent: true, why: "token" } },
      });
    expect(stage.posts).toEqual([]);
    // wrong tokens count: the right one waits, and is not lost
    expect(await stage.text("hello", { token })).toMatchObject({
      type: "nak",
      error: { code: "unavailable", details: { retryAfterMs: expect.any(Number) } },
    });
    await stage.clock.advance(60_000);
    expect(await stage.text("hello", { token })).toMatchObject({ type: "ack" });
    expect(await stage.text("again", { token })).toMatchObject({
      type: "nak",
      error: { details: { isSilent: true, why: "used" } },
    });
  });
});

describe("what is not taken", () => {
  const invisible = "\u200b\u202e\u0007\u001b[2J";

  it.each([
    ["is empty", "", "usage", "it says nothing"],
    ["is only space", " \n\t ", "usage", "it says nothing"],
    ["is only controls", `${invisible}\0`, "usage", "it says nothing"],
    ["has 3 MB", "x".repeat(3_000_000), "too_large", "it has 3000000 bytes, 900000 is the most"],
    ["holds a denied word", "please RM -RF it", "refused", "replies.deny"],
    ["holds a denied word with more blanks", "please rm \t -rf it", "refused", "replies.deny"],
    ["holds a denied word in disguise", "ｒｍ -\u200bｒｆ it", "refused", "replies.deny"],
  ])("%s: its sender is told, and its token still works", async (_, text, code, words) => {
    const stage = await set({ replies: { from: [friend.id], deny: ["rm -rf"] } });
    await stage.publish("turn.failed");
    const { token } = stage.offer();
    const told = await stage.text(text, { token });
    expect(told).toMatchObject({ type: "nak", error: { code, message: expect.stringContaining(words) } });
    expect(stage.posts).toEqual([]);
    expect(await stage.text("please", { token })).toMatchObject({ type: "ack" });
  });

  it("holds controls: they are gone before it is stored", async () => {
    const stage = await set();
    await stage.publish("turn.failed");
    await stage.text(`stop${invisible} now\0`, { token: stage.offer().token });
    expect(stage.posts).toMatchObject([{ body: "stop now" }]);
  });

  it("is more than replies.rate: it comes again later, and is not lost", async () => {
    const stage = await set({ replies: { from: [friend.id], rate: "2/m", to: "web", confirm: "never" } });
    for (const text of ["one", "two"]) await stage.text(text);
    expect(await stage.text("three", { id: "third" })).toMatchObject({
      type: "nak",
      error: { isRetryable: true, details: { retryAfterMs: expect.any(Number) } },
    });
    expect(stage.inbound()).toMatchObject({ taken: 2, refused: 0 });
    await stage.clock.advance(60_000);
    expect(await stage.text("three", { id: "third" })).toMatchObject({ type: "ack" });
  });

  it("is what the daemon refuses: its sender is told why, and may use its token later", async () => {
    let isStorm = true;
    const stage = await set({
      onPost: async ({ id }) => {
        if (isStorm)
          throw new FleetError("refused", "sending: too many messages between these two (storm guard)");
        return { id, thread: id, from: "lab/me", to: ["lab/web"], stage: "stored", isDuplicate: false };
      },
    });
    await stage.publish("turn.failed");
    const { token } = stage.offer();
    expect(await stage.text("hello", { token })).toMatchObject({
      type: "nak",
      error: { message: expect.stringContaining("storm guard") },
    });
    isStorm = false;
    expect(await stage.text("hello", { token })).toMatchObject({ type: "ack" });
  });
});

it("writes down who did what to whom, with the text's hash and neither the text nor a token", async () => {
  const stage = await set();
  await stage.publish("turn.failed");
  const { token } = stage.offer();
  await stage.text("try again", { token });
  await stage.text("twice", { token });
  const [post] = stage.posts;
  expect(stage.audits).toEqual([
    {
      ...{ adapter: "phone", sender: friend.id, outcome: "taken", to: "lab/web", message: post?.id },
      text: "try again",
    },
    { adapter: "phone", sender: friend.id, outcome: "refused", why: "used" },
  ]);
});
