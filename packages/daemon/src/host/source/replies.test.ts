import { describe, expect, it } from "vitest";
import { earStages, friend, replyKeys, type EarStage } from "./source.test.support.ts";

const set = earStages();

const bodies = ({ posts }: EarStage) => posts.map(({ body }) => body);

describe("a notice that can be answered", () => {
  it("is answered by its token, once, into the session that it told of", async () => {
    const stage = await set();
    await stage.publish("turn.failed");
    const { token, expiresAt, choices } = stage.offer();
    expect(token).toMatch(/^[0-9a-hjkmnp-tv-z]{5}-[0-9a-hjkmnp-tv-z]{5}$/);
    expect(expiresAt).toBe(new Date(stage.clock.now() + 86_400_000 - 120).toISOString());
    expect(choices).toEqual([]);
    expect(await stage.text("try again", { token })).toMatchObject({
      type: "ack",
      answer: { line: "→ lab/web: stored", message: { to: "lab/web" } },
    });
    const [post] = stage.posts;
    expect(post).toMatchObject({ adapter: "phone", machine: "lab", to: "lab/web", body: "try again" });
    expect(post?.id).toMatch(/^[0-9a-f]{26}$/);
    expect(await stage.text("and again", { token })).toMatchObject({
      type: "nak",
      error: { code: "refused", message: "taking a reply: it was answered before" },
    });
    expect(stage.posts).toHaveLength(1);
  });

  it.each(["K7M2Q", "spaced"])("its token counts as it was meant, typed on a phone (%s)", async (how) => {
    const stage = await set();
    await stage.publish("turn.failed");
    const { token } = stage.offer();
    const typed = how === "spaced" ? token.replace("-", " ") : token.toUpperCase().replaceAll("0", "O");
    expect(await stage.text("yes", { token: typed })).toMatchObject({ type: "ack" });
  });

  it("has choices, each with a token that says it; one of them used, none works any more", async () => {
    const stage = await set({ replies: { from: [friend.id], choices: ["go on", "stop"] } });
    await stage.publish("permission.requested");
    const { token, choices } = stage.offer();
    expect(choices.map(({ label }) => label)).toEqual(["go on", "stop"]);
    const [first, second] = choices.map((choice) => choice.token);
    const press = async (pressed = "") =>
      stage.far.say({ sender: friend, said: { type: "choice", token: pressed } });
    expect(await press(first)).toMatchObject({ type: "ack" });
    // it is a message like any other: no permission is granted by it
    expect(stage.posts).toMatchObject([{ to: "lab/web", body: "go on" }]);
    for (const other of [await press(second), await stage.text("no", { token })])
      expect(other).toMatchObject({ type: "nak", error: { details: { why: "used" } } });
    expect(await press(token)).toMatchObject({ type: "nak", error: { details: { why: "used" } } });
    expect(bodies(stage)).toEqual(["go on"]);
  });

  it("is answered by quoting it, as often as one likes, and so is what was answered to that", async () => {
    const stage = await set();
    await stage.publish("turn.failed");
    await stage.text("one", { answers: "p1", answerId: "a1" });
    await stage.text("two", { answers: "p1" });
    await stage.text("three", { answers: "a1" });
    expect(stage.posts).toMatchObject([{ to: "lab/web" }, { to: "lab/web" }, { to: "lab/web" }]);
    expect(bodies(stage)).toEqual(["one", "two", "three"]);
  });

  it("answers the message that it told of, where somebody wrote to me", async () => {
    const stage = await set();
    const data = { id: "m1", from: "lab/web", kind: "question", thread: "m1", body: "which port?" };
    await stage.publish("message.received", { from: { machine: "lab", session: "me" }, data });
    await stage.text("8080", { answers: "p1" });
    expect(stage.posts).toMatchObject([
      { message: "m1", owner: { machine: "lab", session: "me" }, body: "8080" },
    ]);
  });

  it("goes to what its session is called by now", async () => {
    const stage = await set();
    await stage.publish("turn.failed", { from: { machine: "lab", session: "old" } });
    await stage.text("hello", { token: stage.offer().token });
    expect(stage.posts).toMatchObject([{ to: "lab/web" }]);
  });

  it("is none where there is nobody to answer, and none where it says that something is over", async () => {
    const stage = await set({ entry: { on: ["run.finished", "permission.requested"] } });
    await stage.publish("run.finished", { from: { machine: "lab", session: "me" } });
    await stage.publish("permission.requested");
    await stage.publish("permission.resolved");
    expect(stage.far.seen.map(({ notice }) => notice.reply !== undefined)).toEqual([false, true, false]);
  });

  it("is sent all the same where its token could not be stored", async () => {
    const stage = await set();
    const bucket = await stage.bus.bucket("effects");
    const { put } = bucket;
    stage.bus.bucket = async () => ({
      ...bucket,
      put: async (key, ...rest) => {
        if (key.startsWith("reply=")) throw new Error("the bucket is full");
        return put(key, ...rest);
      },
    });
    await stage.publish("turn.failed");
    expect(stage.far.seen).toMatchObject([{ event: { id: "e1" } }]);
    expect(stage.far.seen[0]?.notice.reply).toBeUndefined();
  });

  it("leaves nothing behind that could be read: tokens are stored as their hashes, and go", async () => {
    const stage = await set({ replies: { from: [friend.id], expire: "1h" } });
    await stage.publish("turn.failed");
    const { token } = stage.offer();
    const entries = await (await stage.bus.bucket("effects")).entries();
    const stored = entries.map(({ key, value }) => key + new TextDecoder().decode(value)).join("\n");
    expect(stored).not.toContain(token);
    expect(stored).not.toContain(token.replace("-", ""));
    expect(await replyKeys(stage)).toHaveLength(2); // the token, and what can be quoted
    await stage.clock.advance(60 * 60_000 + 1000);
    expect(await replyKeys(stage)).toEqual([]);
    expect(await stage.text("late", { token })).toMatchObject({
      type: "nak",
      error: { details: { why: "token" } },
    });
  });
});

describe("what answers nothing", () => {
  const never = { from: [friend.id], confirm: "never" };

  it.each([
    ["names a session first", "@api look at the build", {}, "lab/api", "look at the build"],
    ["names it with its machine", "@lab/web two\nlines", {}, "lab/web", "two\nlines"],
    ["says nothing of it and there is replies.to", "hello", { to: "web" }, "lab/web", "hello"],
    ["names another one than replies.to", "@api hello", { to: "web" }, "lab/api", "hello"],
  ])("goes where it %s", async (_, said, more, to, body) => {
    const stage = await set({ replies: { ...never, ...more } });
    await stage.text(said);
    expect(stage.posts).toMatchObject([{ to, body }]);
  });

  it("goes where the far side has a place for it", async () => {
    const stage = await set({ replies: never });
    await stage.far.say({ sender: friend, said: { type: "text", text: "hello", to: "api" } });
    expect(stage.posts).toMatchObject([{ to: "lab/api", body: "hello" }]);
  });

  it.each([
    ["nobody is named", "hello"],
    ["nobody is called so", "@nobody hello"],
    ["it answers what is forgotten", "hello"],
  ])("is refused with the names there are, where %s", async (why, said) => {
    const stage = await set({ replies: never });
    const told = await stage.text(said, why.includes("forgotten") ? { answers: "p99" } : {});
    expect(told).toMatchObject({
      type: "nak",
      error: { message: expect.stringContaining("lab/web, lab/api") },
    });
    expect(told).not.toHaveProperty("error.details.isSilent");
    expect(stage.posts).toEqual([]);
  });
});
